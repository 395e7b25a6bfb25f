package dev.freshet.ingest.requests;

/** One event that is not accepted: its place in the body, from 0, and why. */
record Rejected(int index, String reason) {}
