package dev.freshet.console;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/** What the server answers besides the API: pages for people, and the live streams. */
interface Pages extends AutoCloseable {

  /** Sends a body of a media type, with its entity tag. */
  interface Sending {
    void send(Context context, String type, byte[] body);
  }

  /** The pages and their files. */
  void routes(RoutesConfig routes, Guard guard, Sending sending);

  /** Servlets that keep their connection open, with their paths. */
  Map<ServletHolder, String> streams(Guard guard, Refusals refusals);

  @Override
  void close();
}
