package dev.freshet.app.command;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.TopologyDescription;

/**
 * A topology as a Mermaid flow chart: topics are cylinders, operators boxes, from left to right.
 */
final class Mermaid {

  private Mermaid() {}

  static String of(TopologyDescription topology) {
    Set<String> nodes = new LinkedHashSet<>();
    Set<String> arrows = new LinkedHashSet<>();
    for (TopologyDescription.Subtopology part : topology.subtopologies()) {
      Set<TopologyDescription.Node> ordered =
          new TreeSet<>(Comparator.comparing(TopologyDescription.Node::name));
      ordered.addAll(part.nodes());
      for (TopologyDescription.Node node : ordered) {
        nodes.add("%s[\"%s\"]".formatted(id(node.name()), node.name()));
        topicsOf(node, nodes, arrows);
        node.successors().stream()
            .map(TopologyDescription.Node::name)
            .sorted()
            .forEach(next -> arrows.add(id(node.name()) + " --> " + id(next)));
      }
    }
    StringBuilder chart = new StringBuilder("flowchart LR\n");
    nodes.forEach(node -> chart.append("  ").append(node).append('\n'));
    arrows.forEach(arrow -> chart.append("  ").append(arrow).append('\n'));
    return chart.toString();
  }

  private static void topicsOf(
      TopologyDescription.Node node, Set<String> nodes, Set<String> arrows) {
    if (node instanceof TopologyDescription.Source source && source.topicSet() != null) {
      for (String topic : new TreeSet<>(source.topicSet())) {
        nodes.add(topic(topic));
        arrows.add(topicId(topic) + " --> " + id(node.name()));
      }
    }
    if (node instanceof TopologyDescription.Sink sink && sink.topic() != null) {
      nodes.add(topic(sink.topic()));
      arrows.add(id(node.name()) + " --> " + topicId(sink.topic()));
    }
  }

  private static String topic(String name) {
    return "%s[(\"%s\")]".formatted(topicId(name), name);
  }

  private static String topicId(String topic) {
    return "topic_" + id(topic);
  }

  private static String id(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "_");
  }
}
