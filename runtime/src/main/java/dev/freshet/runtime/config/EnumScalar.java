package dev.freshet.runtime.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** An enum written in kebab-case: {@code READ_ONLY} is {@code read-only}. */
final class EnumScalar {
  private EnumScalar() {}

  static <T> Scalar<T> of(Class<T> type) {
    Map<String, T> byName = new LinkedHashMap<>();
    for (T constant : type.getEnumConstants()) {
      byName.put(kebab(constant), constant);
    }
    List<String> names = List.copyOf(byName.keySet());
    return new Scalar<>(
        type,
        "one of " + String.join(", ", names),
        Scalar.Json.STRING,
        Optional.empty(),
        names.get(0),
        names,
        text -> {
          T constant = byName.get(text);
          if (constant != null) {
            return constant;
          }
          String end =
              DidYouMean.hint(names, text).orElse("expected one of " + String.join(", ", names));
          throw new IllegalArgumentException("\"" + text + "\" is not a choice; " + end);
        },
        EnumScalar::kebab);
  }

  private static String kebab(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
