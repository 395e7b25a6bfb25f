package dev.freshet.materializer.source;

import dev.freshet.materializer.plan.PgType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Postgres's internal names of types, as its catalog and its driver give them. */
final class TypeNames {

  private static final Map<String, PgType> PLAIN =
      List.of(
              PgType.BOOL,
              PgType.INT2,
              PgType.INT4,
              PgType.INT8,
              PgType.NUMERIC,
              PgType.FLOAT4,
              PgType.FLOAT8,
              PgType.TEXT,
              PgType.VARCHAR,
              PgType.BPCHAR,
              PgType.DATE,
              PgType.TIMESTAMP,
              PgType.TIMESTAMPTZ,
              PgType.UUID,
              PgType.JSON,
              PgType.JSONB)
          .stream()
          .collect(Collectors.toMap(TypeNames::of, Function.identity()));

  private TypeNames() {}

  static @Nullable PgType plain(String name) {
    return PLAIN.get(name);
  }

  /** The internal name of a type that is no enum. */
  static String of(PgType type) {
    return type.kind().name().toLowerCase(java.util.Locale.ROOT);
  }
}
