package dev.freshet.app.command;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest, and the JVM under it. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "freshet " + (version == null ? "(not packaged)" : version),
      "Java " + Runtime.version() + " on " + System.getProperty("os.name")
    };
  }
}
