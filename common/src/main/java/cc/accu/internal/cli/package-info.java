/** What a command is made of: the words that were typed, its options and its help, its start, its log and its exit code. */
@NullMarked
package cc.accu.internal.cli;

import org.jspecify.annotations.NullMarked;
