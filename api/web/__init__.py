"""The wall's web workers: pages, API, feed and live pictures."""
