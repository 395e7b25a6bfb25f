package dev.freshet.app.command;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.freshet.app.ColumnName;
import dev.freshet.events.DeadLetter;
import dev.freshet.events.Topics;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may be printed of a dead letter. In a change of a table, fields called like one of its
 * masked columns are hidden at every depth; in other topics, fields called like any masked column.
 * What is no JSON is hidden as a whole where a mask applies, and quotations in its reason are too.
 */
record LetterMask(List<ColumnName> columns, Topics topics) {

  static final String HIDDEN = "***";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Set<String> hiddenIn(String topic) {
    boolean otherThanChanges = !topic.startsWith(topics.changePrefix() + ".");
    Set<String> names = new HashSet<>();
    for (ColumnName column : columns) {
      if (otherThanChanges || topic.equals(topics.changes(column.table()))) {
        names.add(column.column());
      }
    }
    return names;
  }

  /** The reason, without what it quotes where a mask applies. */
  String reason(DeadLetter letter) {
    return hiddenIn(letter.topic()).isEmpty()
        ? Printable.text(letter.reason())
        : Printable.text(letter.reason()).replaceAll("'[^']*'?|\"[^\"]*\"?", HIDDEN);
  }

  /** A key, a value or a header of the letter's record; null stays null. */
  @Nullable String shown(DeadLetter letter, byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    Set<String> hidden = hiddenIn(letter.topic());
    if (hidden.isEmpty()) {
      return Printable.of(bytes);
    }
    try {
      JsonNode tree = JSON.readTree(bytes);
      if (tree != null && tree.isContainerNode()) {
        mask(tree, hidden);
        return Printable.text(tree.toString());
      }
    } catch (IOException notJson) {
      // Hidden below, as a number or a text alone is.
    }
    return "%s (%,d bytes that are no JSON object, of a topic with masked columns)"
        .formatted(HIDDEN, bytes.length);
  }

  private static void mask(JsonNode tree, Set<String> hidden) {
    if (tree instanceof ObjectNode object) {
      for (String name : names(object)) {
        JsonNode value = object.get(name);
        if (hidden.contains(name)) {
          object.put(name, HIDDEN);
        } else if (value.isTextual()) {
          object.put(name, inside(value.textValue(), hidden));
        } else {
          mask(value, hidden);
        }
      }
    } else if (tree instanceof ArrayNode array) {
      array.forEach(element -> mask(element, hidden));
    }
  }

  private static List<String> names(ObjectNode object) {
    return object.properties().stream().map(java.util.Map.Entry::getKey).toList();
  }

  /** A text that is itself JSON, as the key of a row is in an invalidation. */
  private static String inside(String text, Set<String> hidden) {
    if (!text.startsWith("{") && !text.startsWith("[")) {
      return text;
    }
    try {
      JsonNode tree = JSON.readTree(text);
      mask(tree, hidden);
      return tree.toString();
    } catch (JacksonException notJson) {
      return text;
    }
  }
}
