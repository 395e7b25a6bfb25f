package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Casts;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.plan.PgType.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Postgres's categories of types, and how it finds one type for several values. */
final class Types {

  private static final Map<String, PgType> BY_NAME =
      Map.ofEntries(
          Map.entry("bool", PgType.BOOL),
          Map.entry("int2", PgType.INT2),
          Map.entry("int4", PgType.INT4),
          Map.entry("int8", PgType.INT8),
          Map.entry("numeric", PgType.NUMERIC),
          Map.entry("float4", PgType.FLOAT4),
          Map.entry("float8", PgType.FLOAT8),
          Map.entry("text", PgType.TEXT),
          Map.entry("varchar", PgType.VARCHAR),
          Map.entry("date", PgType.DATE),
          Map.entry("timestamp", PgType.TIMESTAMP),
          Map.entry("timestamptz", PgType.TIMESTAMPTZ),
          Map.entry("interval", PgType.INTERVAL),
          Map.entry("uuid", PgType.UUID),
          Map.entry("json", PgType.JSON),
          Map.entry("jsonb", PgType.JSONB));

  private Types() {}

  /** A type by Postgres's short name. */
  static Optional<PgType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  static char category(Kind kind) {
    return switch (kind) {
      case BOOL -> 'B';
      case INT2, INT4, INT8, NUMERIC, FLOAT4, FLOAT8 -> 'N';
      case TEXT, VARCHAR, BPCHAR -> 'S';
      case ENUM -> 'E';
      case DATE, TIMESTAMP, TIMESTAMPTZ -> 'D';
      case INTERVAL -> 'T';
      case UUID, JSON, JSONB -> 'U';
    };
  }

  static boolean isPreferred(Kind kind) {
    return switch (kind) {
      case BOOL, FLOAT8, TEXT, TIMESTAMPTZ, INTERVAL -> true;
      default -> false;
    };
  }

  /** The type of CASE, COALESCE, UNION over these; empty when they cannot be matched. */
  static Optional<PgType> common(List<Typed> values) {
    PgType common = null;
    boolean sameModifier = true;
    for (Typed value : values) {
      if (value.isUntyped()) {
        sameModifier = false;
        continue;
      }
      PgType type = value.type();
      if (common == null) {
        common = type;
        continue;
      }
      sameModifier &= common.equals(type);
      if (common.kind() == type.kind()) {
        if (!common.name().equals(type.name())) {
          return Optional.empty();
        }
        continue;
      }
      if (category(common.kind()) != category(type.kind())) {
        return Optional.empty();
      }
      if (!isPreferred(common.kind())
          && Casts.isImplicit(common.kind(), type.kind())
          && !Casts.isImplicit(type.kind(), common.kind())) {
        common = type;
      }
    }
    if (common == null) {
      return Optional.of(PgType.TEXT);
    }
    PgType type = sameModifier ? common : common.plain();
    boolean reachable =
        values.stream().allMatch(v -> v.isUntyped() || Casts.isImplicit(v.kind(), type.kind()));
    return reachable ? Optional.of(type) : Optional.empty();
  }
}
