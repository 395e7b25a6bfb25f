/**
 * What the console knows: fed record by record from the topics, asked by the API and the page.
 * Everything is bounded; what falls out is the oldest, or the coldest. Every class is thread-safe.
 */
@NullMarked
package dev.freshet.console.model;

import org.jspecify.annotations.NullMarked;
