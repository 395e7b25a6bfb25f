package dev.freshet.runtime.config;

/**
 * The way from the top of the config to one value, as the user wrote it and in full. The two differ
 * where a shorthand left a step out: {@code invalidate.products[0]} is {@code
 * invalidate.products.tags[0]}.
 */
record Path(String written, String full) {
  static final Path ROOT = new Path("", "");

  Path key(String key) {
    return new Path(join(written, key), join(full, key));
  }

  /** A key of the user's own, and how its type prints it. */
  Path key(String key, String printed) {
    return new Path(join(written, key), join(full, printed));
  }

  Path index(int index) {
    return new Path(written + "[" + index + "]", full + "[" + index + "]");
  }

  /** The one element of a list that was written without brackets. */
  Path onlyElement() {
    return new Path(written, full + "[0]");
  }

  Path shorthandFor(String key) {
    return new Path(written, join(full, key));
  }

  private static String join(String parent, String key) {
    return parent.isEmpty() ? key : parent + "." + key;
  }
}
