package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TagHeaderTest {

  @Test
  void tagsAreSeparatedAsEachNetworkWants() {
    List<String> tags = List.of("org:7", "a b", "c,d", "org:7", "ü");
    assertThat(TagHeader.cacheTag(tags).value()).isEqualTo("org:7,a%20b,c%2Cd,%C3%BC");
    assertThat(TagHeader.surrogateKey(tags).value()).isEqualTo("org:7 a%20b c%2Cd %C3%BC");
    assertThat(TagHeader.cacheTag(tags).name()).isEqualTo("Cache-Tag");
    assertThat(TagHeader.cacheTag(tags).complete()).isTrue();
  }

  @Test
  void whatDoesNotFitIsSaid() {
    List<String> tags = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      tags.add("organization:" + i);
    }
    TagHeader header = TagHeader.cacheTag(tags);
    assertThat(header.complete()).isFalse();
    assertThat(header.value().length()).isBetween(16_300, TagHeader.CACHE_TAG_BYTES);
    int fit = header.value().split(",", -1).length;
    assertThat(header.omitted()).isEqualTo(tags.subList(fit, tags.size()));
    String tooLong = "x".repeat(2000);
    assertThat(TagHeader.surrogateKey(List.of(tooLong, "a")).omitted()).containsExactly(tooLong);
  }
}
