package dev.freshet.app.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.freshet.runtime.FreshetException;
import java.io.IOException;
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
    @JsonProperty("fills_refused") long fillsRefused,
    @JsonProperty("view_comparisons") long viewComparisons,
    @JsonProperty("view_mismatches") long viewMismatches) {

  void write(Path file) {
    try {
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    } catch (IOException e) {
      throw FreshetException.failed(
          "could not write the report to " + file,
          e.toString(),
          "name a file in a folder that exists and may be written",
          e);
    }
  }
}
