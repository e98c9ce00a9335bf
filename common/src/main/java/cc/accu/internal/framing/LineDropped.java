package cc.accu.internal.framing;

import cc.accu.line.LongLine;

/**
 * The user event that follows a line which was too long and is not handed on. It comes in its place among the batches
 * of its connection.
 *
 * @param number the line's number in its connection, from 1
 * @param bytes its length without the terminator; with {@link LongLine#CLOSE} what had been seen of it
 * @param inputEnded whether nothing more is taken from this sender
 */
public record LineDropped(long number, long bytes, boolean inputEnded) {}
