//! A hash that is the same on every target: the standard library's `Hash` feeds lengths and discriminants as wide as
//! the machine's pointers, so they are widened here.

use std::hash::Hasher;

use sha2::{Digest, Sha256};

/// SHA-256 behind `std::hash::Hasher`, with every number in 64-bit-clean little-endian form.
#[derive(Clone, Debug, Default)]
pub struct PortableHasher(Sha256);

impl PortableHasher {
    /// All 256 bits.
    pub fn finish_all(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

impl Hasher for PortableHasher {
    fn finish(&self) -> u64 {
        let all = self.clone().finish_all();
        u64::from_le_bytes([all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]])
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    fn write_u16(&mut self, number: u16) {
        self.write(&number.to_le_bytes());
    }
    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }
    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }
    fn write_u128(&mut self, number: u128) {
        self.write(&number.to_le_bytes());
    }
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
    fn write_i16(&mut self, number: i16) {
        self.write_u16(number as u16);
    }
    fn write_i32(&mut self, number: i32) {
        self.write_u32(number as u32);
    }
    fn write_i64(&mut self, number: i64) {
        self.write_u64(number as u64);
    }
    fn write_i128(&mut self, number: i128) {
        self.write_u128(number as u128);
    }
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as i64 as u64);
    }
}
