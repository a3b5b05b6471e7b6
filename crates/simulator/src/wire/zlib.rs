//! zlib without compression, which is all that a small payload needs: header, stored blocks, checksum (RFC 1950, 1951).

/// The most that one stored block holds.
const BLOCK: usize = 0xffff;

/// Wraps bytes as a zlib stream of stored blocks.
pub fn store(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = bytes.len().div_ceil(BLOCK).max(1);
    for index in 0..blocks {
        let block = &bytes[index * BLOCK..bytes.len().min((index + 1) * BLOCK)];
        let length = u16::try_from(block.len()).expect("a block is cut to 65,535 bytes");
        out.push(u8::from(index + 1 == blocks));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend_from_slice(&adler32(bytes).to_be_bytes());
    out
}

fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % PRIME;
        (a, (b + a) % PRIME)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_stored_is_unpacked_again() {
        for length in [0, 1, BLOCK, BLOCK + 1, 200_000] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut packed = vec![2];
            packed.extend(store(&bytes));
            assert_eq!(wacore_binary::util::unpack(&packed).unwrap(), bytes, "{length} bytes");
        }
    }
}
