package dev.freshet.runtime.health;

import dev.freshet.events.HealthReport.Level;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.InvalidValue;

/** From which value on a figure is worth a look, and from which on it needs somebody. */
@Doc("From which values on a figure of the system's health is worth a look.")
public record Threshold(
    @Doc("From here on the figure is shown as a warning.") double warn,
    @Doc("From here on it is shown as critical; not below warn.") double critical) {

  public Threshold {
    if (!(critical >= warn)) {
      throw new InvalidValue("critical", "%s is below warn, %s".formatted(critical, warn));
    }
  }

  Level level(double value) {
    if (value >= critical) {
      return Level.CRITICAL;
    }
    return value >= warn ? Level.WARN : Level.OK;
  }
}
