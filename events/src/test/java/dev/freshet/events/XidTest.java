package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XidTest {

  private static final long EPOCH = 1L << 32;

  @Test
  void widensBelowAndAboveTheReference() {
    assertThat(Xid.widen(100, 3 * EPOCH + 90)).isEqualTo(3 * EPOCH + 100);
    assertThat(Xid.widen(80, 3 * EPOCH + 90)).isEqualTo(3 * EPOCH + 80);
  }

  @Test
  void widensAcrossTheWrapInBothDirections() {
    assertThat(Xid.widen(5, 3 * EPOCH - 2)).isEqualTo(3 * EPOCH + 5);
    assertThat(Xid.widen(EPOCH - 3, 3 * EPOCH + 5)).isEqualTo(3 * EPOCH - 3);
  }

  @Test
  void ordersAcrossTheWrap() {
    assertThat(Xid.isAfter(5, EPOCH - 2)).isTrue();
    assertThat(Xid.isAfter(EPOCH - 2, 5)).isFalse();
    assertThat(Xid.isAfter(7, 7)).isFalse();
  }
}
