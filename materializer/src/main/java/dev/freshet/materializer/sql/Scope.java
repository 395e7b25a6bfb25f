package dev.freshet.materializer.sql;

import dev.freshet.materializer.plan.Column;
import dev.freshet.materializer.plan.PgType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of a FROM clause, by their place in its row. Not thread-safe. */
final class Scope {

  /**
   * A column that can be named.
   *
   * @param relation place of its table in the FROM clause
   * @param type {@code null} when a view cannot use the column
   * @param typeName as Postgres writes it
   * @param hidden whether USING has merged it into another: found only with its table's name
   */
  record Entry(
      int relation,
      String name,
      @Nullable PgType type,
      String typeName,
      boolean nullable,
      boolean codePointOrder,
      boolean hidden) {

    Column column() {
      return new Column(name, type == null ? PgType.TEXT : type, nullable);
    }
  }

  /**
   * A table or subquery of the FROM clause.
   *
   * @param key places of its primary key's columns in the row; empty without
   */
  record Relation(String alias, List<Integer> key) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Relation> relations = new ArrayList<>();

  int size() {
    return entries.size();
  }

  Entry entry(int index) {
    return entries.get(index);
  }

  Relation relation(int index) {
    return relations.get(index);
  }

  List<Relation> relations() {
    return relations;
  }

  int addRelation(String alias, List<Integer> key) {
    relations.add(new Relation(alias, key));
    return relations.size() - 1;
  }

  void add(Entry entry) {
    entries.add(entry);
  }

  /** Hides a column from look-ups without its table's name. */
  void hide(int index) {
    Entry e = entries.get(index);
    entries.set(
        index,
        new Entry(e.relation, e.name, e.type, e.typeName, e.nullable, e.codePointOrder, true));
  }

  /** Marks columns as possibly NULL: those on the right of a LEFT JOIN. */
  void makeNullable(int from, int to) {
    for (int i = from; i < to; i++) {
      Entry e = entries.get(i);
      entries.set(
          i, new Entry(e.relation, e.name, e.type, e.typeName, true, e.codePointOrder, e.hidden));
    }
  }

  List<Column> columns() {
    return entries.stream().map(Entry::column).toList();
  }

  /** Places of the columns with this name, of one table when {@code alias} is not empty. */
  List<Integer> find(String alias, String name) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      boolean here =
          alias.isEmpty() ? !entry.hidden : relations.get(entry.relation).alias.equals(alias);
      if (here && entry.name.equals(name)) {
        found.add(i);
      }
    }
    return found;
  }

  boolean hasRelation(String alias) {
    return relations.stream().anyMatch(relation -> relation.alias.equals(alias));
  }
}
