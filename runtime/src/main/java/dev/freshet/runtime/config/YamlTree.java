package dev.freshet.runtime.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML events put together as {@link Node}s. Built from events and not by the library's composer,
 * because depth and aliases must be bounded before memory and stack are spent on them.
 */
final class YamlTree {
  static final int DEEPEST = 64; // levels
  static final int MOST_NODES = 100_000; // after aliases are followed

  private final Iterator<Event> events;
  private final Problems problems;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int nodes;

  private record Anchored(Node node, int nodes) {}

  /** Ends the reading: what follows cannot be understood. Its problem has been reported. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stop() {
      super(null, null, false, false);
    }
  }

  private YamlTree(Iterator<Event> events, Problems problems) {
    this.events = events;
    this.problems = problems;
  }

  /** The file's one document; empty when there is none or a problem was reported instead. */
  static Optional<Node> read(String text, Problems problems) {
    LoadSettings settings =
        LoadSettings.builder().setUseMarks(true).setCodePointLimit(Integer.MAX_VALUE).build();
    try {
      return new YamlTree(new Parse(settings).parseString(text).iterator(), problems).document();
    } catch (YamlEngineException e) {
      SyntaxProblem.report(e, text, problems);
      return Optional.empty();
    } catch (Stop e) {
      return Optional.empty();
    }
  }

  private Optional<Node> document() {
    Optional<Node> root = Optional.empty();
    while (events.hasNext()) {
      Event event = events.next();
      if (event.getEventId() == Event.ID.DocumentStart && root.isPresent()) {
        throw stop(Path.ROOT, event, "a second document starts here; a config file has one");
      }
      if (event instanceof NodeEvent node) {
        root = Optional.of(node(node, Path.ROOT, 1));
      }
    }
    return root;
  }

  private Node node(NodeEvent event, Path path, int depth) {
    if (event instanceof AliasEvent alias) {
      return aliased(alias, path, depth);
    }
    count(event, path, 1);
    int before = nodes;
    Node node;
    if (event instanceof ScalarEvent scalar) {
      refuseTag(event, scalar.getTag(), path);
      node = new Node.Text(place(event), scalar.getValue(), scalar.isPlain());
    } else {
      if (depth > DEEPEST) {
        throw stop(path, event, "is nested more than " + DEEPEST + " levels deep");
      }
      refuseTag(event, ((CollectionStartEvent) event).getTag(), path);
      boolean list = event.getEventId() == Event.ID.SequenceStart;
      node = list ? items(event, path, depth) : entries(event, path, depth);
    }
    int size = nodes - before + 1;
    event.getAnchor().ifPresent(a -> anchors.put(a.getValue(), new Anchored(node, size)));
    return node;
  }

  private Node items(Event start, Path path, int depth) {
    List<Node> items = new ArrayList<>();
    Event event = events.next();
    while (event instanceof NodeEvent item) {
      items.add(node(item, path.index(items.size()), depth + 1));
      event = events.next();
    }
    return new Node.Items(place(start), items);
  }

  private Node entries(Event start, Path path, int depth) {
    Map<String, Node.Entry> entries = new LinkedHashMap<>();
    Event event = events.next();
    while (event instanceof NodeEvent key) {
      Node written = node(key, path, depth + 1);
      if (!(written instanceof Node.Text text)) {
        throw stop(path, key, "has " + written.describe() + " as a key; a key is a plain word");
      }
      Path inside = path.key(text.value());
      Node value = node((NodeEvent) events.next(), inside, depth + 1);
      Node.Entry first = entries.get(text.value());
      if (first == null) {
        entries.put(text.value(), new Node.Entry(text.value(), place(key), value));
      } else {
        int line = first.keyPlace().line();
        problems.add(inside, place(key), "is written twice; the first is on line " + line);
      }
      event = events.next();
    }
    return new Node.Entries(place(start), List.copyOf(entries.values()));
  }

  private Node aliased(AliasEvent alias, Path path, int depth) {
    String name = alias.getAlias().getValue();
    Anchored anchored = anchors.get(name);
    if (anchored == null) {
      throw stop(path, alias, "*" + name + " refers to no finished &" + name + " above it");
    }
    count(alias, path, anchored.nodes());
    if (depth + anchored.node().height() - 1 > DEEPEST) {
      throw stop(path, alias, "is nested more than " + DEEPEST + " levels deep");
    }
    return anchored.node();
  }

  private void count(Event event, Path path, int more) {
    nodes += more;
    if (nodes > MOST_NODES) {
      throw stop(path, event, "brings the file to more than " + MOST_NODES + " values");
    }
  }

  private void refuseTag(Event event, Optional<String> tag, Path path) {
    tag.ifPresent(
        t -> problems.add(path, place(event), "has the YAML tag " + t + "; tags have no use here"));
  }

  private Stop stop(Path path, Event event, String message) {
    problems.add(path, place(event), message);
    return new Stop();
  }

  private static Place place(Event event) {
    return event
        .getStartMark()
        .map(mark -> new Place(mark.getLine() + 1, mark.getColumn() + 1))
        .orElse(Place.START);
  }
}
