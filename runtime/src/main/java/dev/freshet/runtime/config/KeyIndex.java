package dev.freshet.runtime.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All keys of a config and where they belong, for saying so when one stands elsewhere. */
final class KeyIndex {
  private final Map<String, List<String>> pathsByKey = new LinkedHashMap<>();

  KeyIndex(Shape.Group root) {
    add(root, Path.ROOT);
  }

  private void add(Shape.Group group, Path path) {
    for (Shape.Field field : group.fields()) {
      Path inside = path.key(field.key());
      pathsByKey.computeIfAbsent(field.key(), k -> new ArrayList<>()).add(inside.full());
      if (field.shape() instanceof Shape.Group nested) {
        add(nested, inside);
      }
    }
  }

  static String refusal(String key) {
    if (key.equals("<<")) {
      return "merge keys are not part of YAML 1.2";
    }
    return "there is no such setting";
  }

  Optional<String> hint(Shape.Group group, String key) {
    return DidYouMean.hint(group.keys(), key)
        .or(() -> elsewhere(key))
        .or(() -> Optional.of("expected one of " + String.join(", ", group.keys())));
  }

  /** Only when there is a single other place: two guesses are none. */
  private Optional<String> elsewhere(String key) {
    List<String> paths = pathsByKey.getOrDefault(key, List.of());
    return paths.size() == 1 ? Optional.of("did you mean " + paths.get(0) + "?") : Optional.empty();
  }
}
