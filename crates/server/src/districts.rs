//! The districts of the project as shapes, for maps.

use std::path::Path;

use serde::Deserialize;

/// The most bytes of a file of districts: a map of some hundred of them.
const BYTES_MAX: u64 = 8 << 20;

/// The width of the map, in its own units.
const WIDTH: f64 = 600.0;

/// That the file of districts can't be read: there is no map then, and why is in the server's own log.
pub(crate) struct Unreadable;

/// Districts, drawn once.
pub(crate) struct Districts {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) shapes: Vec<District>,
}

/// A district.
pub(crate) struct District {
    pub(crate) code: String,
    pub(crate) name: String,
    /// What its postcodes begin with, where the file says so.
    postcode_prefix: Option<String>,
    /// Its outline as an SVG path.
    pub(crate) outline: String,
    /// The middle of its box.
    pub(crate) middle: (f64, f64),
}

impl District {
    /// Gives what it is called on pages: its name with its code.
    pub(crate) fn said(&self) -> String {
        format!("{} ({})", self.name, self.code)
    }
}

#[derive(Deserialize)]
struct File {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    code: String,
    name: String,
    postcode_prefix: Option<String>,
}

/// Rings of longitude and latitude (RFC 7946).
#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

type Ring = Vec<(f64, f64)>;

impl Districts {
    /// Reads a file of districts (GeoJSON; each feature a polygon with the properties `code` and `name`).
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to do, for the operator: it names the file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let problem =
            |why: String| format!("{}: {why}; mend the file that `districts` in lucarne.toml names", path.display());
        let length = std::fs::metadata(path).map_err(|error| problem(error.to_string()))?.len();
        if length > BYTES_MAX {
            return Err(problem(format!("it has {length} bytes, more than {BYTES_MAX}")));
        }
        let text = std::fs::read(path).map_err(|error| problem(error.to_string()))?;
        Self::parse(&text).map_err(problem)
    }

    /// Reads the text of such a file.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let file: File = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let rings = |feature: &Feature| match &feature.geometry {
            Geometry::Polygon(rings) => rings.clone(),
            Geometry::MultiPolygon(parts) => parts.concat(),
        };
        let districts: Vec<(Properties, Vec<Ring>)> = file
            .features
            .into_iter()
            .map(|feature| {
                let rings = rings(&feature);
                (feature.properties, rings)
            })
            .collect();
        let points = || districts.iter().flat_map(|(_, rings)| rings.iter().flatten());
        if !points().all(|(x, y)| x.abs() <= 360.0 && y.abs() <= 90.0) {
            return Err("a coordinate is no longitude and latitude".to_owned());
        }
        let span = |of: fn(&(f64, f64)) -> f64| {
            points().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), at| (least.min(at), most.max(at)))
        };
        let ((west, east), (south, north)) = (span(|point| point.0), span(|point| point.1));
        if !(east > west && north > south) {
            return Err("it has no district with an area".to_owned());
        }
        // Plate carrée, true at the middle latitude: good enough for a country, and exact for nobody's house.
        let narrowing = ((south + north) / 2.0).to_radians().cos();
        let scale = WIDTH / ((east - west) * narrowing);
        let place = |(x, y): &(f64, f64)| ((x - west) * narrowing * scale, (north - y) * scale);
        let shapes = districts.iter().map(|(properties, rings)| {
            let mut outline = String::new();
            let mut corner = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
            for ring in rings {
                for (at, point) in ring.iter().enumerate() {
                    let (x, y) = place(point);
                    corner = [corner[0].min(x), corner[1].min(y), corner[2].max(x), corner[3].max(y)];
                    outline.push_str(&format!("{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' }));
                }
                outline.push('Z');
            }
            District {
                code: properties.code.clone(),
                name: properties.name.clone(),
                postcode_prefix: properties.postcode_prefix.clone(),
                outline,
                middle: ((corner[0] + corner[2]) / 2.0, (corner[1] + corner[3]) / 2.0),
            }
        });
        Ok(Self { width: WIDTH, height: (north - south) * scale, shapes: shapes.collect() })
    }

    /// Finds a district by its code or name.
    pub(crate) fn named(&self, text: &str) -> Option<usize> {
        let text = text.trim();
        self.shapes
            .iter()
            .position(|district| district.code.eq_ignore_ascii_case(text) || district.name.eq_ignore_ascii_case(text))
    }

    /// Finds the district whose postcodes begin as this one does.
    pub(crate) fn of_postcode(&self, postcode: &str) -> Option<usize> {
        let postcode = postcode.trim();
        let begins = |prefix: &String| !prefix.is_empty() && postcode.starts_with(prefix.as_str());
        self.shapes.iter().position(|district| district.postcode_prefix.as_ref().is_some_and(begins))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"code":"01","name":"North","postcode_prefix":"01"},
         "geometry":{"type":"Polygon","coordinates":[[[0,10],[10,10],[10,20],[0,20],[0,10]]]}},
        {"type":"Feature","properties":{"code":"02","name":"South"},
         "geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[10,0],[10,10],[0,0]]],[[[10,0],[20,0],[20,5],[10,0]]]]}}]}"#;

    #[test]
    fn districts_are_drawn_north_up_within_their_frame() {
        let districts = Districts::parse(TWO.as_bytes()).unwrap();
        assert_eq!((districts.width, districts.shapes.len()), (WIDTH, 2));
        assert!(districts.shapes[0].middle.1 < districts.shapes[1].middle.1, "north is up");
        assert!(districts.shapes[1].outline.matches('Z').count() == 2 && districts.shapes[1].outline.starts_with('M'));
        for number in districts.shapes.iter().flat_map(|shape| shape.outline.split(['M', 'L', 'Z', ' '])) {
            let number: f64 = if number.is_empty() { 0.0 } else { number.parse().unwrap() };
            assert!((-0.1..=WIDTH.max(districts.height) + 0.1).contains(&number), "{number}");
        }
        assert_eq!(districts.named(" north "), Some(0));
        assert_eq!(districts.named("02"), Some(1));
        assert_eq!(districts.named("03"), None);
        assert_eq!((districts.of_postcode("01234"), districts.of_postcode("99")), (Some(0), None));
    }

    #[test]
    fn a_file_that_is_no_map_is_said() {
        for wrong in [
            "",
            "{}",
            r#"{"features":[]}"#,
            r#"{"features":[{"properties":{"code":"1","name":"x"},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#,
            r#"{"features":[{"properties":{"code":"1","name":"x"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[1,2]]]}}]}"#,
            r#"{"features":[{"properties":{"code":"1","name":"x"},"geometry":{"type":"Polygon","coordinates":[[[1,2e9],[3,4]]]}}]}"#,
        ] {
            assert!(Districts::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let missing = Districts::read(Path::new("/no/such/districts.geojson")).err().unwrap();
        assert!(missing.contains("lucarne.toml") && missing.contains("districts.geojson"), "{missing}");
    }
}
