package dev.freshet.materializer.plan;

/** A Postgres interval: its three parts are kept apart, since a month has no fixed length. */
public record Interval(int months, int days, long micros) {}
