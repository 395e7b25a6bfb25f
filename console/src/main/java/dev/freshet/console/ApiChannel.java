package dev.freshet.console;

import dev.freshet.console.api.Answers;
import dev.freshet.console.api.Api;
import dev.freshet.console.api.Change;
import dev.freshet.console.model.Feed;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The status once a second, and invalidations: the newest {@value #MOST} of those since the last
 * time, and how many there were besides. A position is the number of an invalidation.
 */
final class ApiChannel implements Channel {

  private static final int MOST = 200;

  private final Api api;
  private final Feed feed;
  private final String run;
  private String status = "{}";
  private long newest;
  private long cachedAfter = Long.MIN_VALUE;
  private Frame cached = new Frame(new byte[0], NOTHING);

  /**
   * @param run what tells this process from the one before it
   */
  ApiChannel(Api api, Feed feed, String run) {
    this.api = api;
    this.feed = feed;
    this.run = run;
  }

  @Override
  public void tick(long nowMillis) {
    status = new String(Answers.write(api.status()), StandardCharsets.UTF_8);
    newest = feed.newest();
    cachedAfter = Long.MIN_VALUE;
  }

  @Override
  public Frame after(long position) {
    if (position != cachedAfter) {
      Events events = new Events();
      List<Feed.Entry> missed = feed.after(position, MOST, entry -> entry.number() <= newest);
      long unsaid =
          position == NOTHING || missed.isEmpty()
              ? 0
              : missed.get(missed.size() - 1).number() - position - 1;
      if (unsaid > 0) {
        String data = "{\"more\":%d,\"after\":%d}".formatted(unsaid, position);
        events.add(run + "." + position, "more", data);
      }
      for (int i = missed.size() - 1; i >= 0; i--) {
        Feed.Entry entry = missed.get(i);
        String data = new String(Answers.write(Change.of(entry)), StandardCharsets.UTF_8);
        events.add(run + "." + entry.number(), "invalidation", data);
      }
      events.add(run + "." + newest, "status", status);
      cached = new Frame(events.bytes(), newest);
      cachedAfter = position;
    }
    return cached;
  }
}
