"""Made footage: the composer with its exact truth, and the RTSP camera simulator."""
