package dev.freshet.materializer.expression;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.Expression;
import dev.freshet.materializer.plan.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function applied to arguments; NULL when one of them is, unless its body takes NULLs. */
public final class Call implements Tree {

  private final String name;
  private final Body body;
  private final PgType type;
  private final boolean nullable;
  private final List<Expression> arguments;
  private final Expression first;
  private final Expression second;
  private final Expression third;
  private final boolean absent;

  Call(String name, Body body, PgType type, boolean nullable, List<Expression> arguments) {
    this.name = name;
    this.body = body;
    this.type = type;
    this.nullable = nullable;
    this.arguments = List.copyOf(arguments);
    Expression none = Constant.of(null, PgType.TEXT);
    this.first = arguments.isEmpty() ? none : arguments.get(0);
    this.second = arguments.size() < 2 ? none : arguments.get(1);
    this.third = arguments.size() < 3 ? none : arguments.get(2);
    this.absent = isStrict() && arguments.stream().anyMatch(Folding::isNull);
  }

  /** The call of a supported function. */
  public static Call of(Function function, Session session, List<Expression> arguments) {
    if (function.session() == null) {
      throw new IllegalArgumentException(function + " is refused");
    }
    Body body = function.session().apply(session);
    return new Call(function.name(), body, function.result(), function.nullable(), arguments);
  }

  /** The function's or operator's name; {@code ::type} for a conversion. */
  public String name() {
    return name;
  }

  boolean isConversion() {
    return name.startsWith("::");
  }

  /** Whether it is NULL when one of its arguments is. */
  private boolean isStrict() {
    return !(body instanceof Body.Many);
  }

  /** Whether a constant argument makes it NULL over every row. */
  boolean isAbsent() {
    return absent;
  }

  @Override
  public @Nullable Object eval(@Nullable Object[] row) {
    if (absent) {
      // Postgres does not evaluate the other arguments then: one of them might raise.
      return null;
    }
    if (body instanceof Body.Two two) {
      // Postgres evaluates all arguments of a strict function, also behind a NULL: they may raise.
      Object a = first.eval(row);
      Object b = second.eval(row);
      return a == null || b == null ? null : two.apply(a, b);
    }
    if (body instanceof Body.One one) {
      Object a = first.eval(row);
      return a == null ? null : one.apply(a);
    }
    return body instanceof Body.Three three ? three(three, row) : many((Body.Many) body, row);
  }

  private @Nullable Object three(Body.Three three, @Nullable Object[] row) {
    Object a = first.eval(row);
    Object b = second.eval(row);
    Object c = third.eval(row);
    return a == null || b == null || c == null ? null : three.apply(a, b, c);
  }

  private @Nullable Object many(Body.Many many, @Nullable Object[] row) {
    @Nullable Object[] values = new @Nullable Object[arguments.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = arguments.get(i).eval(row);
    }
    return many.apply(values);
  }

  @Override
  public PgType type() {
    return type;
  }

  @Override
  public List<Expression> children() {
    return arguments;
  }

  @Override
  public Expression with(List<Expression> children) {
    return new Call(name, body, type, nullable, children);
  }

  @Override
  public boolean nullable(List<Column> columns) {
    return nullable
        || (isStrict()
            && arguments.stream().anyMatch(argument -> Tree.nullable(argument, columns)));
  }

  @Override
  public String toString() {
    String inner = String.join(", ", arguments.stream().map(Object::toString).toList());
    return isConversion() ? inner + name : name + "(" + inner + ")";
  }
}
