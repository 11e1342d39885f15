"""Settings, cameras and rules of a site: read, checked, explained."""
