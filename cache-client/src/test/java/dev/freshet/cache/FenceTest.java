package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FenceTest {

  @Test
  void aSnapshotSplitsAtItsFirstColon() {
    assertThat(Fence.parse("100:105:101,103")).isEqualTo(new Fence(100, "105:101,103"));
    assertThat(Fence.parse("100:100:")).isEqualTo(new Fence(100, "100:"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "100", ":1:2", "x:1:", "100:105:101,", "100:105:a", "100:105"})
  void whatIsNoSnapshotIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> Fence.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("looks like");
  }

  @ParameterizedTest
  @CsvSource({
    "100:105:101|103, 100:105:101|103, 100:105:101|103",
    "100:105:101|103, 102:110:106, 100:105:101|103",
    "100:105:101, 100:110:102|107, 100:105:101|102",
    "100:100:, 90:200:90|95|150, 90:100:90|95",
    "100:105:101, 90:90:, 90:90",
  })
  void aValueOfTwoLoadsHasSeenWhatBothHave(String one, String other, String both) {
    Fence first = Fence.parse(one.replace('|', ','));
    Fence second = Fence.parse(other.replace('|', ','));
    Fence expected = both.equals("90:90") ? new Fence(90) : Fence.parse(both.replace('|', ','));
    assertThat(Fence.min(first, second)).isEqualTo(expected);
    assertThat(Fence.min(second, first)).isEqualTo(expected);
  }

  @Test
  void anXminAloneHidesEverythingFromThereOn() {
    assertThat(Fence.min(new Fence(103), Fence.parse("100:110:100|105".replace('|', ','))))
        .isEqualTo(new Fence(100, "103:100"));
  }

  @Test
  void transactionsArePositive() {
    assertThatThrownBy(() -> new Fence(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
