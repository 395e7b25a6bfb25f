package dev.freshet.runtime.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The step that puts values in the place of references: a variable's name, a variable's name and a
 * default, or a file (see {@link #REFERENCE}). It works on scalars after YAML is parsed, so a value
 * can never add a key or a line.
 */
final class Expansion {
  private static final int SHORTEST_SECRET = 4; // characters; replacing less garbles messages

  /** {@code $$} before a brace keeps the reference as text; the last case has no closing brace. */
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)\\}|\\$\\{", Pattern.DOTALL);

  private static final Pattern VARIABLE =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?", Pattern.DOTALL);

  private final Environment environment;
  private final Problems problems;
  private final Map<String, String> references = new HashMap<>();

  Expansion(Environment environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** A text of someone else's with every expanded value in it replaced by its reference. */
  String unexpanded(String text) {
    String shown = text;
    for (Map.Entry<String, String> reference : references.entrySet()) {
      shown = shown.replace(reference.getKey(), reference.getValue());
    }
    return shown;
  }

  Node expand(Node node, Path path) {
    if (node instanceof Node.Text text) {
      return text.value().contains("${") ? expandText(text, path) : text;
    }
    if (node instanceof Node.Items list) {
      List<Node> items = new ArrayList<>();
      for (Node item : list.items()) {
        items.add(expand(item, path.index(items.size())));
      }
      return new Node.Items(list.place(), items);
    }
    if (!(node instanceof Node.Entries mapping)) {
      return node;
    }
    return new Node.Entries(
        mapping.place(),
        mapping.entries().stream()
            .map(e -> new Node.Entry(e.key(), e.keyPlace(), expand(e.value(), path.key(e.key()))))
            .toList());
  }

  private Node expandText(Node.Text text, Path path) {
    Matcher matcher = REFERENCE.matcher(text.value());
    StringBuilder value = new StringBuilder();
    StringBuilder masked = new StringBuilder();
    boolean expanded = false;
    boolean resolved = true;
    int end = 0;
    while (matcher.find()) {
      String literal = text.value().substring(end, matcher.start());
      end = matcher.end();
      value.append(literal);
      masked.append(literal);
      if (matcher.group().startsWith("$$")) {
        value.append("${");
        masked.append("$${");
      } else if (matcher.group(1) == null) {
        problems.add(path, text.place(), "has ${ without a closing }", "write $${ for a plain ${");
        resolved = false;
      } else {
        Optional<Reference> reference = resolve(matcher.group(1), path, text.place());
        resolved &= reference.isPresent();
        expanded = true;
        reference.ifPresent(
            r -> {
              remember(r);
              value.append(r.value());
              masked.append(r.shown());
            });
      }
    }
    if (!resolved) {
      return new Node.Unresolved(text.place());
    }
    value.append(text.value().substring(end));
    masked.append(text.value().substring(end));
    Optional<String> shown = expanded ? Optional.of(masked.toString()) : Optional.empty();
    return new Node.Text(text.place(), value.toString(), false, shown);
  }

  private record Reference(String value, String shown) {}

  private void remember(Reference reference) {
    if (reference.value().length() >= SHORTEST_SECRET) {
      references.putIfAbsent(reference.value(), reference.shown());
    }
  }

  private Optional<Reference> resolve(String inside, Path path, Place place) {
    if (inside.startsWith("file:")) {
      return read(inside.substring("file:".length()), path, place)
          .map(text -> new Reference(text, "${" + inside + "}"));
    }
    Matcher matcher = VARIABLE.matcher(inside);
    if (!matcher.matches()) {
      problems.add(
          path,
          place,
          "has ${" + inside + "}; expected ${NAME}, ${NAME:-default} or ${file:/path}",
          "write $${ for a plain ${");
      return Optional.empty();
    }
    String name = matcher.group(1);
    Optional<String> value = environment.variable(name);
    if (matcher.group(2) != null) {
      // As in a shell: with :- an empty variable counts as not set.
      String chosen = value.filter(v -> !v.isEmpty()).orElse(matcher.group(3));
      return Optional.of(new Reference(chosen, "${" + name + ":-" + Secret.MASK + "}"));
    }
    if (value.isEmpty()) {
      problems.add(
          path,
          place,
          "the environment variable " + name + " is not set",
          "set it, or write ${" + name + ":-default}");
    }
    return value.map(v -> new Reference(v, "${" + name + "}"));
  }

  private Optional<String> read(String file, Path path, Place place) {
    try {
      // Files end with a line break that is not part of the secret.
      return Optional.of(environment.file(file).stripTrailing());
    } catch (NoSuchFileException e) {
      problems.add(path, place, "there is no file \"" + file + "\"");
    } catch (IOException e) {
      problems.add(path, place, "could not read \"" + file + "\": " + e.getMessage());
    } catch (InvalidPathException e) {
      problems.add(path, place, "\"" + file + "\" is not a file name: " + e.getReason());
    }
    return Optional.empty();
  }
}
