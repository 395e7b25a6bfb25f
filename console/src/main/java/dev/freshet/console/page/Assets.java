package dev.freshet.console.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The files of the page, from the jar: its own, and uPlot's from its WebJar. */
public final class Assets {

  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** A file and its media type. */
  public static final class Asset {
    private final String type;
    private final byte[] bytes;

    private Asset(String type, byte[] bytes) {
      this.type = type;
      this.bytes = bytes;
    }

    public String type() {
      return type;
    }

    /** Not to be changed. */
    public byte[] bytes() {
      return bytes;
    }
  }

  private static final Map<String, Asset> ALL = new LinkedHashMap<>();

  static {
    put("console.css", "text/css; charset=utf-8", "console.css");
    put("console.js", "text/javascript; charset=utf-8", "console.js");
    put("heatmap.js", "text/javascript; charset=utf-8", "heatmap.js");
    put("uplot.js", "text/javascript; charset=utf-8", UPLOT + "uPlot.iife.min.js");
    put("uplot.css", "text/css; charset=utf-8", UPLOT + "uPlot.min.css");
    put("icon.svg", "image/svg+xml", "icon.svg");
  }

  private Assets() {}

  private static void put(String name, String type, String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      ALL.put(name, new Asset(type, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file by its name in addresses. */
  public static Optional<Asset> named(String name) {
    return Optional.ofNullable(ALL.get(name));
  }
}
