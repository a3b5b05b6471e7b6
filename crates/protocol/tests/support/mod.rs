//! Checks JSON against the published schema.

use serde_json::Value;

/// The published document.
pub(crate) fn document() -> Value {
    serde_json::from_str(&protocol::schema::document()).unwrap()
}

/// Fails unless the value is as the schema of that name says: no key more, none less, every type and name right.
pub(crate) fn assert_as_published(document: &Value, schema: &str, value: &Value) {
    let root = &document["components"]["schemas"][schema];
    assert!(root.is_object(), "{schema} is not in the schema");
    if let Err(wrong) = check(document, root, value, schema) {
        panic!("{wrong}\nin {value:#}");
    }
}

/// The name that a `$ref` refers to.
pub(crate) fn name_of(reference: &Value) -> &str {
    reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap()
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if schema.get("$ref").is_some() {
        return check(document, &document["components"]["schemas"][name_of(schema)], value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices.iter().filter(|choice| check(document, choice, value, at).is_ok()).count();
        return if fitting == 1 { Ok(()) } else { Err(format!("{at} fits {fitting} of its choices")) };
    }
    if !fits_type(&schema["type"], value) {
        return Err(format!("{at} is not of type {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
        return Err(format!("{at} is not one of {}", schema["enum"]));
    }
    match value {
        Value::Object(_) => check_object(document, schema, value, at),
        Value::Array(items) => {
            items.iter().try_for_each(|item| check(document, &schema["items"], item, &format!("{at}[]")))
        }
        _ => Ok(()),
    }
}

fn check_object(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    for required in schema["required"].as_array().into_iter().flatten() {
        if value.get(required.as_str().unwrap()).is_none() {
            return Err(format!("{at} lacks {required}"));
        }
    }
    for (key, inner) in value.as_object().unwrap() {
        let known = schema["properties"].get(key).or(schema.get("additionalProperties"));
        let known = known.ok_or_else(|| format!("{at} has {key}, which is not published"))?;
        check(document, known, inner, &format!("{at}.{key}"))?;
    }
    Ok(())
}

fn fits_type(types: &Value, value: &Value) -> bool {
    let fits = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    match types {
        Value::String(name) => fits(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    }
}
