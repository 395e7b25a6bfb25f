package dev.freshet.app;

import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import dev.freshet.runtime.PostgresConnection;
import dev.freshet.runtime.config.ConfigReader;
import dev.freshet.runtime.config.ConfigResult;
import dev.freshet.runtime.config.ConfigWriter;
import dev.freshet.runtime.config.Environment;
import dev.freshet.runtime.config.ReferenceWriter;
import dev.freshet.runtime.config.Scalar;
import dev.freshet.runtime.config.Scalars;
import dev.freshet.runtime.config.SchemaWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code freshet.yaml}: how it is read, shown and described. */
public final class ConfigFile {

  /** Where a config file is looked for when nobody says. */
  public static final String DEFAULT_NAME = "freshet.yaml";

  private static final String TITLE = "The config file";

  private static final Scalars SCALARS =
      Scalars.standard()
          .with(
              Scalar.text(
                  TableName.class, "a table", "^[^.]+\\..+$", "public.products", TableName::parse))
          .with(
              Scalar.text(TagTemplate.class, "a name", "^.+$", "product:{id}", TagTemplate::parse))
          .with(
              Scalar.text(
                  PostgresConnection.class,
                  "a Postgres address",
                  "^postgres(ql)?://",
                  "postgres://user:${PG_PASSWORD}@db:5432/shop",
                  PostgresConnection::parse))
          .with(
              Scalar.text(
                  RedisAddress.class,
                  "a Redis address",
                  "^rediss?://",
                  "redis://cache:6379",
                  RedisAddress::new))
          .with(
              Scalar.text(
                  ColumnName.class,
                  "a column",
                  ColumnName.PATTERN,
                  "public.users.email",
                  ColumnName::parse))
          .with(sqlFile(Path.of("")));

  private static Scalar<SqlFile> sqlFile(Path folder) {
    return Scalar.text(
        SqlFile.class,
        "a file",
        "^.+$",
        "views/org_totals.sql",
        name -> SqlFile.read(folder, name));
  }

  private ConfigFile() {}

  /**
   * Reads a file.
   *
   * @throws InvalidConfigException when there is none, or with every problem it has
   */
  public static ConfigResult.Accepted<FreshetConfig> read(Path file, Environment environment) {
    Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of(""));
    return new ConfigReader(SCALARS.with(sqlFile(folder)), environment)
        .read(text(file), file.toString(), FreshetConfig.class)
        .fold(
            accepted -> accepted,
            problems -> {
              throw new InvalidConfigException(problems);
            });
  }

  /** Reads a text; {@code name} is only printed, files it names begin at the working folder. */
  public static ConfigResult<FreshetConfig> parse(
      String text, String name, Environment environment) {
    return new ConfigReader(SCALARS, environment).read(text, name, FreshetConfig.class);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw InvalidConfigException.of(
          file.toString(),
          "there is no such file",
          "name yours with -c FILE, or write one with: freshet init");
    } catch (IOException e) {
      throw InvalidConfigException.of(
          file.toString(), "the file could not be read: " + e.getMessage(), "it is text in UTF-8");
    }
  }

  /** The config with every default, as YAML; secrets masked. */
  public static String show(ConfigResult.Accepted<FreshetConfig> config) {
    return new ConfigWriter(SCALARS).write(config);
  }

  /** The JSON schema for editors. */
  public static String schema() {
    return new SchemaWriter(SCALARS).write(TITLE + " of Freshet", FreshetConfig.class);
  }

  /** The reference page in Markdown. */
  public static String reference() {
    return new ReferenceWriter(SCALARS).write(TITLE, FreshetConfig.class);
  }
}
