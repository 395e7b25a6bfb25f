package dev.freshet.runtime.config;

import java.util.List;
import java.util.Optional;

/**
 * The front door: the text of a config file becomes a record, or the list of everything that has to
 * change in it. Never throws for what a user wrote; a record type that cannot be a config throws
 * {@link IllegalStateException}. Immutable and thread-safe if its environment is.
 */
public final class ConfigReader {
  /** The largest file that is read: 1 MiB, in characters. */
  public static final int LARGEST = 1024 * 1024;

  private final Scalars scalars;
  private final Environment environment;

  /**
   * @param scalars the types that may be written as one text
   * @param environment what {@code ${...}} refers to
   */
  public ConfigReader(Scalars scalars, Environment environment) {
    this.scalars = scalars;
    this.environment = environment;
  }

  /**
   * Reads a whole file.
   *
   * @param fileName as the user knows it; only printed
   */
  public <T> ConfigResult<T> read(String text, String fileName, Class<T> recordType) {
    Shape.Group shape = Declaration.of(recordType, scalars);
    Problems problems = new Problems(text);
    Expansion expansion = new Expansion(environment, problems);
    Origins origins = new Origins(text);
    Optional<T> value =
        tree(text, shape, problems)
            .map(node -> expansion.expand(node, Path.ROOT))
            .map(
                node ->
                    new Binder(new KeyIndex(shape), problems, origins, expansion::unexpanded)
                        .bind(node, shape, Path.ROOT))
            .map(recordType::cast);
    if (value.isPresent() && problems.isEmpty()) {
      return new ConfigResult.Accepted<>(value.get(), origins);
    }
    List<ConfigProblem> sorted = problems.sorted();
    return new ConfigResult.Rejected<>(new ConfigProblems(fileName, sorted));
  }

  private static Optional<Node> tree(String text, Shape.Group shape, Problems problems) {
    if (text.length() > LARGEST) {
      String size = new ByteSize(text.length()).toString();
      problems.add(Path.ROOT, Place.START, "the file is larger than 1mb (" + size + ")");
      return Optional.empty();
    }
    // Some editors begin a file with a byte-order mark.
    String yaml = text.startsWith("\uFEFF") ? text.substring(1) : text;
    Optional<Node> tree = YamlTree.read(yaml, problems);
    if (problems.isEmpty() && tree.filter(node -> !node.isEmpty()).isEmpty()) {
      problems.add(Path.ROOT, Place.START, "the file has no settings", firstSteps(shape));
      return Optional.empty();
    }
    return tree.filter(node -> !node.isEmpty());
  }

  private static String firstSteps(Shape.Group shape) {
    List<String> required =
        shape.fields().stream().filter(Shape.Field::required).map(Shape.Field::key).toList();
    return required.isEmpty()
        ? "write {} to accept every default"
        : "it needs at least " + String.join(", ", required);
  }
}
