package dev.freshet.app;

import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import java.util.List;

/** How dead letters are shown. */
@Doc("How freshet dlq shows records nobody could read.")
public record DeadLettersConfig(
    @Doc("Columns whose values freshet dlq never prints. The topic itself has them in full.")
        @Default("[]")
        @Example("[public.users.email]")
        List<ColumnName> mask) {

  public DeadLettersConfig {
    mask = List.copyOf(mask);
  }
}
