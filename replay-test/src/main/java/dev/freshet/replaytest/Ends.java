package dev.freshet.replaytest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;

/**
 * The topics at the ends of a topology.
 *
 * @param read by name
 * @param patterns read by pattern
 * @param written in order of their names
 */
record Ends(Set<String> read, List<Pattern> patterns, List<String> written) {

  static Ends of(Topology topology) {
    Set<String> read = new HashSet<>();
    List<Pattern> patterns = new ArrayList<>();
    Set<String> written = new TreeSet<>();
    for (TopologyDescription.Subtopology part : topology.describe().subtopologies()) {
      for (TopologyDescription.Node node : part.nodes()) {
        if (node instanceof TopologyDescription.Source source) {
          if (source.topicPattern() != null) {
            patterns.add(source.topicPattern());
          } else {
            read.addAll(source.topicSet());
          }
        } else if (node instanceof TopologyDescription.Sink sink && sink.topic() != null) {
          written.add(sink.topic());
        }
      }
    }
    return new Ends(Set.copyOf(read), List.copyOf(patterns), List.copyOf(written));
  }

  /** Whether the topology reads a topic that others write. */
  boolean reads(String topic) {
    return !written.contains(topic)
        && (read.contains(topic)
            || patterns.stream().anyMatch(pattern -> pattern.matcher(topic).matches()));
  }
}
