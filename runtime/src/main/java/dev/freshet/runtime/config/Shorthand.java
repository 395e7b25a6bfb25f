package dev.freshet.runtime.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The component that takes the value when a record is written as a scalar or a list: with
 * {@code @Shorthand("tags")}, {@code [a, b]} is read as {@code {tags: [a, b]}}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Shorthand {
  /** The component's name in Java. */
  String value();
}
