package dev.freshet.app.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What {@code --report} writes. */
record Report(
    @JsonProperty("startup_ms") long startupMillis,
    long changes,
    long invalidations,
    @JsonProperty("keys_deleted") long keysDeleted,
    long violations,
    @JsonProperty("commit_to_delete_ms") Percentiles.Figures commitToDelete,
    long reads,
    @JsonProperty("hit_rate") double hitRate,
    @JsonProperty("fills_refused") long fillsRefused) {

  void write(Path file) {
    try {
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    } catch (IOException e) {
      throw new UncheckedIOException("could not write the report to " + file, e);
    }
  }
}
