package dev.freshet.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagTemplateTest {

  private static Row row(@Nullable String... columnsAndValues) {
    List<@Nullable String> all = Arrays.asList(columnsAndValues);
    List<String> columns = new java.util.ArrayList<>();
    List<@Nullable String> values = new java.util.ArrayList<>();
    for (int i = 0; i < all.size(); i += 2) {
      columns.add(String.valueOf(all.get(i)));
      values.add(all.get(i + 1));
    }
    return new Row(columns, values);
  }

  private static String render(String template, Row row) {
    return TagTemplate.parse(template).render(row, null) instanceof TagTemplate.Rendered.Name name
        ? name.text()
        : TagTemplate.parse(template).render(row, null).toString();
  }

  @Test
  void putsValuesBetweenTheLiterals() {
    assertThat(render("org:{org}/day:{day}!", row("day", "2026-01-01", "org", "7")))
        .isEqualTo("org:7/day:2026-01-01!");
  }

  @Test
  void doubledBracesStandForThemselves() {
    assertThat(render("{{{id}}}", row("id", "7"))).isEqualTo("{7}");
  }

  @Test
  void nullMeansTheRowHasNoSuchName() {
    assertThat(render("org:{org}", row("org", null))).isEqualTo("None[]");
  }

  @Test
  void aColumnTheImageLacksMeansTheNameIsUnknown() {
    assertThat(render("org:{org}", row("id", "7"))).isEqualTo("Unknown[]");
  }

  @Test
  void aValueTheLogLeftOutIsTakenFromTheOlderImage() {
    TagTemplate template = TagTemplate.parse("doc:{body}");
    Row after = row("body", Row.UNAVAILABLE);
    assertThat(template.render(after, row("body", "x")))
        .isEqualTo(new TagTemplate.Rendered.Name("doc:x"));
    assertThat(template.render(after, null)).isEqualTo(new TagTemplate.Rendered.Unknown());
    assertThat(template.render(after, row("body", Row.UNAVAILABLE)))
        .isEqualTo(new TagTemplate.Rendered.Unknown());
  }

  @Test
  void aNameOfAbsurdLengthIsUnknownRatherThanStored() {
    assertThat(render("t:{v}", row("v", "x".repeat(10_000)))).isEqualTo("Unknown[]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "org:{", "org:{id", "org:{}", "org:{ }", "org:id}", "a}b"})
  void refusesWhatIsNotATemplateAndQuotesIt(String text) {
    assertThatThrownBy(() -> TagTemplate.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text.isEmpty() ? "at least one character" : text);
  }
}
