package dev.freshet.app.demo;

import dev.freshet.app.ConfigFile;
import dev.freshet.app.InvalidConfigException;
import dev.freshet.app.ViewConfig;
import dev.freshet.runtime.config.Environment;
import java.util.Map;
import java.util.TreeMap;

/** The views that come with Freshet, as texts: those of the demo, over the demo's tables. */
public final class DemoViewsSql {

  private DemoViewsSql() {}

  /** What creates the tables. */
  public static String schema() {
    return DemoDatabase.text("schema.sql");
  }

  /** The SELECT of each view, by its name; its tables are found by the search path. */
  public static Map<String, String> views() {
    Map<String, String> nowhere =
        Map.of(
            "DEMO_POSTGRES",
            "postgres://nobody@localhost/nowhere",
            "DEMO_KAFKA",
            "localhost:1",
            "DEMO_REDIS",
            "redis://localhost:1",
            "DEMO_STATE",
            "nowhere",
            "DEMO_CONSOLE",
            "127.0.0.1:1");
    Map<String, ViewConfig> views =
        ConfigFile.parse(DemoDatabase.text("freshet.yaml"), "freshet.yaml", Environment.of(nowhere))
            .fold(
                accepted -> accepted.value().views(),
                problems -> {
                  throw new InvalidConfigException(problems);
                });
    Map<String, String> texts = new TreeMap<>();
    views.forEach((name, view) -> texts.put(name, view.select()));
    return texts;
  }
}
