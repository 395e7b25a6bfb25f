package dev.freshet.materializer.expression;

import org.jspecify.annotations.Nullable;

/** What a function does with arguments that are not NULL; the result may be. */
sealed interface Body {

  /** Of one argument. */
  @FunctionalInterface
  non-sealed interface One extends Body {
    @Nullable Object apply(Object a);
  }

  /** Of two. */
  @FunctionalInterface
  non-sealed interface Two extends Body {
    @Nullable Object apply(Object a, Object b);
  }

  /** Of three. */
  @FunctionalInterface
  non-sealed interface Three extends Body {
    @Nullable Object apply(Object a, Object b, Object c);
  }

  /** Of any number, each of which may be NULL: it decides itself what NULL means. */
  @FunctionalInterface
  non-sealed interface Many extends Body {
    @Nullable Object apply(@Nullable Object[] arguments);
  }
}
