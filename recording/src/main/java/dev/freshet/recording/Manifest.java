package dev.freshet.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is in a recording; its last block.
 *
 * @param format version of the format
 * @param created when the recording was ended, ISO-8601
 * @param namespace of the application whose topics they are; empty when nobody said
 * @param records in all
 * @param topics the topics, by name
 * @param streams the partitions, in the order in which they first had a record
 * @param sha256 over the partitions' own, in the order of topic and partition
 */
public record Manifest(
    int format,
    String created,
    String namespace,
    long records,
    List<Topic> topics,
    List<Stream> streams,
    String sha256) {

  static final int FORMAT = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * A recorded topic.
   *
   * @param partitions how many it had, with and without records
   */
  public record Topic(String name, int partitions) {}

  /**
   * The records of one partition.
   *
   * @param tombstones records without a value among them
   * @param bytes uncompressed
   * @param firstTimestamp the lowest, milliseconds since 1970
   * @param lastTimestamp the highest
   * @param sha256 over the uncompressed blocks
   */
  public record Stream(
      String topic,
      int partition,
      long records,
      long tombstones,
      long bytes,
      long firstOffset,
      long lastOffset,
      long firstTimestamp,
      long lastTimestamp,
      String sha256) {}

  public Manifest {
    topics = List.copyOf(topics);
    streams = List.copyOf(streams);
  }

  /** As JSON in one line. */
  public String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Manifest read(byte[] json) throws IOException {
    return JSON.readValue(new String(json, StandardCharsets.UTF_8), Manifest.class);
  }
}
