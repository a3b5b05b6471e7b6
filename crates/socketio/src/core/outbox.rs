//! What a turn has to send: every frame exists once, and a connection's output is a list of pieces of them.

use std::ops::Range;
use std::sync::Arc;

use crate::batch::Batch;

/// No piece.
pub(crate) const NIL: u32 = u32::MAX;
/// The source that holds the frames of the shard itself.
pub(crate) const OWN: u32 = 0;
/// Buffers that a turn made larger than this are given back.
const KEEP: usize = 1 << 20;

struct Piece {
    start: usize,
    end: usize,
    source: u32,
    next: u32,
}

/// The list of pieces that wait for one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    head: u32,
    tail: u32,
}

impl Default for Pending {
    fn default() -> Self {
        Self { head: NIL, tail: NIL }
    }
}

impl Pending {
    pub(crate) fn is_empty(self) -> bool {
        self.head == NIL
    }
}

/// A point to go back to, see [`Outbox::rewind`].
pub(crate) struct Mark {
    own: usize,
    pieces: usize,
    pending: Pending,
    tail_end: usize,
}

/// The frames of a turn and the pieces of them that wait to be written.
#[derive(Default)]
pub(crate) struct Outbox {
    /// Frames of the shard itself.
    pub(crate) own: Vec<u8>,
    batches: Vec<Arc<Batch>>,
    pieces: Vec<Piece>,
    scratch: Vec<u8>,
}

impl Outbox {
    /// Makes a batch's frames available, under the number returned.
    pub(crate) fn add(&mut self, batch: &Arc<Batch>) -> u32 {
        self.batches.push(Arc::clone(batch));
        self.batches.len() as u32
    }

    pub(crate) fn bytes(&self, source: u32, range: Range<usize>) -> &[u8] {
        match source {
            OWN => &self.own[range],
            batch => &self.batches[batch as usize - 1].frames()[range],
        }
    }

    /// Appends a piece; one that continues the last makes that longer.
    pub(crate) fn push(&mut self, pending: &mut Pending, source: u32, range: Range<usize>) {
        if let Some(tail) = self.pieces.get_mut(pending.tail as usize)
            && (tail.source, tail.end) == (source, range.start)
        {
            tail.end = range.end;
            return;
        }
        let piece = self.pieces.len() as u32;
        self.pieces.push(Piece { start: range.start, end: range.end, source, next: NIL });
        match self.pieces.get_mut(pending.tail as usize) {
            Some(tail) => tail.next = piece,
            None => pending.head = piece,
        }
        pending.tail = piece;
    }

    pub(crate) fn mark(&self, pending: Pending) -> Mark {
        let tail_end = self.pieces.get(pending.tail as usize).map_or(0, |tail| tail.end);
        Mark { own: self.own.len(), pieces: self.pieces.len(), pending, tail_end }
    }

    /// Takes back what was written since the mark. Only one connection may have been written to.
    pub(crate) fn rewind(&mut self, mark: &Mark) -> Pending {
        self.own.truncate(mark.own);
        self.pieces.truncate(mark.pieces);
        if let Some(tail) = self.pieces.get_mut(mark.pending.tail as usize) {
            (tail.end, tail.next) = (mark.tail_end, NIL);
        }
        mark.pending
    }

    /// Appends all that waits to `to`.
    pub(crate) fn gather(&self, pending: Pending, to: &mut Vec<u8>) {
        let mut at = pending.head;
        while let Some(piece) = self.pieces.get(at as usize) {
            to.extend_from_slice(self.bytes(piece.source, piece.start..piece.end));
            at = piece.next;
        }
    }

    /// All that waits, in one slice: where it lies if it is one piece, else gathered.
    pub(crate) fn gathered(&mut self, pending: Pending) -> &[u8] {
        if pending.head == pending.tail
            && let Some(piece) = self.pieces.get(pending.head as usize)
        {
            return self.bytes(piece.source, piece.start..piece.end);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        self.gather(pending, &mut scratch);
        self.scratch = scratch;
        &self.scratch
    }

    /// Forgets the turn's frames. Nothing may wait any more.
    pub(crate) fn clear(&mut self) {
        self.batches.clear();
        self.pieces.clear();
        for buffer in [&mut self.own, &mut self.scratch] {
            buffer.clear();
            buffer.shrink_to(KEEP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(outbox: &mut Outbox, pending: &mut Pending, text: &str) {
        let start = outbox.own.len();
        outbox.own.extend_from_slice(text.as_bytes());
        outbox.push(pending, OWN, start..outbox.own.len());
    }

    #[test]
    fn pieces_come_out_in_order_and_neighbours_are_one() {
        let mut outbox = Outbox::default();
        let (mut a, mut b) = (Pending::default(), Pending::default());
        put(&mut outbox, &mut a, "one");
        put(&mut outbox, &mut a, "two");
        assert_eq!((outbox.pieces.len(), outbox.gathered(a)), (1, &b"onetwo"[..]));
        put(&mut outbox, &mut b, "three");
        put(&mut outbox, &mut a, "four");
        assert_eq!(outbox.gathered(a), b"onetwofour");
        assert_eq!(outbox.gathered(b), b"three");
        assert!(outbox.gathered(Pending::default()).is_empty());
    }

    #[test]
    fn a_rewind_leaves_what_was_there_before() {
        let mut outbox = Outbox::default();
        let mut pending = Pending::default();
        put(&mut outbox, &mut pending, "kept");
        let mark = outbox.mark(pending);
        put(&mut outbox, &mut pending, "gone");
        outbox.own.extend_from_slice(b"a gap");
        put(&mut outbox, &mut pending, "gone too");
        pending = outbox.rewind(&mark);
        assert_eq!(outbox.gathered(pending), b"kept");
        let mark = outbox.mark(Pending::default());
        let mut other = Pending::default();
        put(&mut outbox, &mut other, "gone");
        assert!(outbox.rewind(&mark).is_empty());
    }
}
