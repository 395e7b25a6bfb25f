package dev.freshet.materializer.sql;

import dev.freshet.materializer.expression.Casts;
import dev.freshet.materializer.expression.Constant;
import dev.freshet.materializer.expression.Session;
import dev.freshet.materializer.plan.EvaluationException;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import dev.freshet.materializer.sql.parse.Position;
import dev.freshet.materializer.sql.parse.Refusals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values to the types that are wanted. A literal is converted here and now, as in Postgres. */
final class Coercion {

  private final Session session;
  private final Refusals refusals;

  Coercion(Session session, Refusals refusals) {
    this.session = session;
    this.refusals = refusals;
  }

  Session session() {
    return session;
  }

  /** The value as this type, by a cast that exists; literals are read as the type. */
  Typed to(Typed value, PgType type, Position at) {
    if (value.isBroken()) {
      return value;
    }
    if (value.isUntyped()) {
      return literal(value, type, at);
    }
    boolean toEnum = type.kind() == PgType.Kind.ENUM && value.kind().isText();
    Expression cast = toEnum ? null : Casts.cast(value.expression(), type, session);
    if (cast == null) {
      return cannot(value, type, at);
    }
    Expression folded =
        value.expression() instanceof Constant && cast != value.expression()
            ? folded(cast, at)
            : cast;
    return folded == null ? Typed.BROKEN : new Typed(folded, value.codePointOrder());
  }

  private Typed cannot(Typed value, PgType type, Position at) {
    if (type.kind() == PgType.Kind.ENUM && value.kind().isText()) {
      refusals.unsupported(
          at, "a cast from text to " + type, "cast the enum to text, as in x::text = y");
    } else if (type.kind() == PgType.Kind.BPCHAR) {
      refusals.unsupported(at, "a cast to " + type, "cast to text or varchar(n)");
    } else if (value.kind() == PgType.Kind.JSONB) {
      refusals.unsupported(
          at,
          "a cast from jsonb to " + type,
          "take the text out with ->> and cast that, as in (x ->> 'a')::" + type);
    } else {
      refusals.error(at, "cannot cast type %s to %s".formatted(value.type(), type));
    }
    return Typed.BROKEN;
  }

  private Typed literal(Typed value, PgType type, Position at) {
    Constant constant = (Constant) value.expression();
    if (constant.value() == null) {
      return new Typed(Constant.of(null, type), value.codePointOrder());
    }
    if (type.kind() == PgType.Kind.BPCHAR) {
      return cannot(value, type, at);
    }
    Expression text = Constant.of(constant.value(), PgType.TEXT);
    Expression cast = Casts.cast(text, type, session);
    Expression read = cast == null ? null : folded(cast, at);
    return read == null ? Typed.BROKEN : new Typed(read, value.codePointOrder());
  }

  private @Nullable Expression folded(Expression cast, Position at) {
    try {
      return Constant.of(cast.eval(new @Nullable Object[0]), cast.type());
    } catch (EvaluationException e) {
      refusals.error(at, e.getMessage() == null ? "not a " + cast.type() : e.getMessage());
      return null;
    }
  }

  /** An open literal becomes text, which it is when nothing else decides. */
  Typed settled(Typed value, Position at) {
    return value.isUntyped() ? to(value, PgType.TEXT, at) : value;
  }

  /** All values as their common type; empty after a refusal. */
  List<Typed> unified(List<Typed> values, String where, Position at) {
    if (values.stream().anyMatch(Typed::isBroken)) {
      return List.of();
    }
    PgType type = Types.common(values).orElse(null);
    if (type == null) {
      List<String> names = values.stream().map(v -> v.type().toString()).distinct().toList();
      refusals.error(
          at, "%s types %s cannot be matched".formatted(where, String.join(" and ", names)));
      return List.of();
    }
    List<Typed> unified = values.stream().map(value -> to(value, type, at)).toList();
    return unified.stream().anyMatch(Typed::isBroken) ? List.of() : unified;
  }
}
