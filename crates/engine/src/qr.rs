//! A QR code as a picture that an `<img>` takes as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, QrCode};

/// Pixels a module.
const SCALE: usize = 6;
/// White modules around the code; scanners want four.
const QUIET: usize = 4;

/// The code as a PNG data URL, black on white. None if the text is longer than a QR code can hold.
pub(crate) fn data_url(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let png = png(&code).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}

fn png(code: &QrCode) -> Result<Vec<u8>, png::EncodingError> {
    let size = (code.width() + 2 * QUIET) * SCALE;
    let side = u32::try_from(size).unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels(code, size))?;
    writer.finish()?;
    Ok(bytes)
}

fn pixels(code: &QrCode, size: usize) -> Vec<u8> {
    let dark = |x: usize, y: usize| {
        let at = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|module| *module < code.width());
        at(x).zip(at(y)).is_some_and(|module| code[module] == Color::Dark)
    };
    (0..size * size).map(|i| if dark(i % size, i / size) { 0 } else { 255 }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_picture_shows_the_code_with_its_margin() {
        let code = QrCode::new("2@ref,key").unwrap();
        let size = (code.width() + 2 * QUIET) * SCALE;
        let pixels = pixels(&code, size);
        assert!(pixels[..size * QUIET * SCALE].iter().all(|pixel| *pixel == 255), "the margin is white");
        let first = QUIET * SCALE;
        assert_eq!(pixels[first * size + first], 0, "the corner of the finder is black");
        let url = data_url("2@ref,key").unwrap();
        assert!(url.starts_with("data:image/png;base64,iVBOR"));
    }

    #[test]
    fn a_text_that_is_too_long_has_no_picture() {
        assert_eq!(data_url(&"x".repeat(8000)), None);
    }
}
