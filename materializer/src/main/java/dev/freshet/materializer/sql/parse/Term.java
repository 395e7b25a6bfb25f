package dev.freshet.materializer.sql.parse;

import dev.freshet.materializer.expression.Test;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression as it was written. */
public sealed interface Term {

  /** Where it is, or its operator. */
  Position at();

  /** {@code a}, {@code t.a}, {@code s.t.a}. */
  record Name(Position at, List<String> parts) implements Term {}

  /** A literal; a number keeps its text. */
  record Literal(Position at, Kind kind, String text) implements Term {
    /** What a literal can be. */
    public enum Kind {
      TEXT,
      NUMBER,
      BOOLEAN,
      NULL
    }
  }

  /** An operator with one or two operands, also {@code like} and {@code ilike}. */
  record Operation(Position at, String operator, List<Term> operands) implements Term {}

  /** AND, OR. */
  record Logic(Position at, boolean or, List<Term> operands) implements Term {}

  /** NOT. */
  record Not(Position at, Term operand) implements Term {}

  /** IS …; {@code other} only for DISTINCT FROM. */
  record Is(Position at, Test.Kind kind, Term operand, @Nullable Term other) implements Term {}

  /** {@code x IN (a, b)}. */
  record In(Position at, Term operand, List<Term> list, boolean negated) implements Term {}

  /** {@code x BETWEEN low AND high}. */
  record Between(Position at, Term operand, Term low, Term high, boolean negated, boolean symmetric)
      implements Term {}

  /** CASE. */
  record CaseWhen(Position at, @Nullable Term operand, List<When> whens, @Nullable Term otherwise)
      implements Term {}

  /** {@code WHEN condition THEN value}. */
  record When(Term condition, Term value) {}

  /** A function, an aggregate, or a form that looks like one: coalesce, extract. */
  record FunctionCall(
      Position at,
      String name,
      List<Term> arguments,
      boolean star,
      boolean distinct,
      @Nullable Term filter)
      implements Term {}

  /** {@code x::type}. */
  record Cast(Position at, Term operand, TypeName type) implements Term {}

  /** {@code x COLLATE "C"}. */
  record Collate(Position at, Term operand, String collation) implements Term {}

  /** What is already refused; nothing more is said about it. */
  record Refused(Position at) implements Term {}

  /**
   * A type as written.
   *
   * @param name lower case, with the standard's names replaced by Postgres's own
   */
  record TypeName(Position at, String name, List<Integer> modifiers) {}
}
