package dev.freshet.runtime.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a setting that is left out, written as in the config file: {@code "10s"}, {@code
 * "[]"}, {@code "{}"} (a group with all of its own defaults). It is not expanded: no {@code
 * ${...}}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /** YAML; for a scalar its bare text. */
  String value();
}
