package dev.freshet.invalidation;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection on which something was asked and nothing answered for the limit at least,
 * twice the limit at most. Lettuce then connects again, to the primary that Sentinel names by then.
 *
 * <p>Without it, a host that vanishes without a word (its power, a cable, a firewall) keeps the
 * connection until the kernel stops sending again what was not acknowledged: a quarter of an hour
 * on Linux. Keepalive does not help, since it only asks when nothing is under way.
 */
final class AnswerTimeout extends IdleStateHandler {

  private static final Logger LOG = LoggerFactory.getLogger(AnswerTimeout.class);

  private final Duration limit;

  /** Since the last answer. */
  private boolean asked;

  /** And the limit has passed once since. */
  private boolean waited;

  AnswerTimeout(Duration limit) {
    super(limit.toNanos(), 0, 0, TimeUnit.NANOSECONDS);
    this.limit = limit;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    asked = true;
    super.write(context, message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    asked = false;
    waited = false;
    super.channelRead(context, message);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    if (waited) {
      LOG.warn(
          "{} has not answered for {} s; connecting again",
          context.channel().remoteAddress(),
          limit.toSeconds());
      ChannelFuture unused = context.close();
    }
    waited = asked;
  }
}
