/** What views are called, where they are kept, and how their rows look on a topic. */
@NullMarked
package dev.freshet.materializer.view;

import org.jspecify.annotations.NullMarked;
