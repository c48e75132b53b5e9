//! A ceremony by the command, with snarkjs taking its turns and checking what comes of it.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use support::{failure, json, tensorproof};
use tensorproof_oracles::{expect_success, snarkjs};

const CIRCUIT: &str = "pragma circom 2.1.0;
template Product() {
    signal input a;
    signal input b;
    signal output out;
    signal square <== a * a - 3 * b;
    out <== square * b + 7;
}
component main {public [b]} = Product();
";

fn stderr(args: &[&str]) -> String {
    let output = tensorproof(args);
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

fn powers(dir: &Path) -> String {
    let ptau = dir.join("powers.ptau").display().to_string();
    json(["setup", "ptau", "new", "--power", "8", "-o", &ptau]);
    let first = json(["setup", "ptau", "contribute", &ptau, "--name", "one", "--entropy", "some text"]);
    assert_eq!(first["hash"].as_str().unwrap().len(), 128);
    let args = ["powersoftau", "contribute", "powers.ptau", "theirs.ptau", "--name=two", "-e=entropy"];
    expect_success(&snarkjs(args, dir));
    let theirs = dir.join("theirs.ptau").display().to_string();
    json(["setup", "ptau", "beacon", &theirs, "--hash", "0102030405", "--name", "three", "-o", &ptau]);
    ptau
}

#[test]
fn a_ceremony_ends_in_a_key_that_all_accept() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (circuit, input) = (path("product.circom"), path("input.json"));
    fs::write(&circuit, CIRCUIT).unwrap();
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    json(["compile", &circuit]);
    let ptau = powers(dir);
    let message = failure(["setup", &circuit, "--ptau", &ptau]);
    assert!(message.contains("not prepared") && message.contains("setup ptau prepare"), "{message}");
    json(["setup", "ptau", "prepare", &ptau]);
    let small = path("small.ptau");
    json(["setup", "ptau", "truncate", &ptau, "--power", "4", "-o", &small]);
    for file in [&ptau, &small] {
        let verified = json(["setup", "verify", "--ptau", file]);
        let names: Vec<_> =
            verified["powers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["one", "two", "three"]);
        assert_eq!(verified["powers"][2]["beacon"], "0102030405");
        expect_success(&snarkjs(["powersoftau", "verify", file], dir));
    }

    let started = json(["setup", &circuit, "--ptau", &small]);
    assert_eq!(started["origin"], "ceremony");
    assert!(!dir.join("verification_key.json").exists());
    assert!(failure(["setup", "verify", &circuit, "--ptau", &small]).contains("there is none"));
    assert!(failure(["setup", "export-vk", &circuit]).contains("`gamma` equals `delta`"));
    assert!(stderr(&["prove", &circuit, "--input", &input]).contains("nobody has contributed"));

    let key = path("product.zkey");
    let first = json(["setup", "contribute", &circuit, "--name", "Ada"]);
    let args = ["zkey", "contribute", "product.zkey", "theirs.zkey", "--name=Ben", "-e=entropy"];
    expect_success(&snarkjs(args, dir));
    json(["setup", "contribute", &path("theirs.zkey"), "--name", "Cleo", "-o", &key]);
    json(["setup", "beacon", &circuit, "--hash", "0xfeed", "--iterations", "11"]);
    let verified = json(["setup", "verify", &circuit, "--ptau", &small]);
    assert_eq!(verified["contributions"][0]["hash"], first["hash"]);
    let names = ["Ada", "Ben", "Cleo"].map(serde_json::Value::from);
    for (index, name) in names.iter().enumerate() {
        assert_eq!(&verified["contributions"][index]["name"], name);
    }
    assert_eq!(verified["contributions"][3]["beacon"], "feed");
    let told =
        expect_success(&snarkjs(["zkey", "verify", "product.r1cs", "small.ptau", "product.zkey"], dir));
    assert!(told.contains("ZKey Ok!"), "{told}");

    json(["setup", "export-vk", &circuit]);
    for args in
        [&["prove", &circuit, "--input", &input][..], &["verify", &circuit], &["export-verifier", &circuit]]
    {
        let told = stderr(args);
        assert!(!told.contains("warning"), "{told}");
    }
    let files = ["groth16", "verify", "verification_key.json", "public.json", "proof.json"];
    expect_success(&snarkjs(files, dir));

    // Nothing that cannot be made again is overwritten.
    for args in [&["setup", &circuit][..], &["setup", &circuit, "--ptau", &small]] {
        assert!(failure(args).contains("key of a ceremony with 4 contributions"));
    }
    json(["setup", "verify", &circuit, "--ptau", &small]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (circuit, input, ptau) = (path("product.circom"), path("input.json"), path("powers.ptau"));
    fs::write(&circuit, CIRCUIT).unwrap();
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    for power in ["0", "28", "29"] {
        assert!(failure(["setup", "ptau", "new", "--power", power, "-o", &ptau]).contains("1 to 27"));
    }
    assert!(!dir.join("powers.ptau").exists());
    json(["setup", "ptau", "new", "--power", "3", "-o", &ptau]);
    assert!(failure(["setup", "verify", "--ptau", &ptau]).contains("contributions: there is none"));
    for hash in ["", "1", "xy", "+1"] {
        let message = failure(["setup", "ptau", "beacon", &ptau, "--hash", hash]);
        assert!(message.contains("hexadecimal"), "{message}");
    }
    // A development key says so wherever it is used, and takes no contribution.
    assert!(stderr(&["setup", &circuit]).contains("for development"));
    for args in
        [&["prove", &circuit, "--input", &input][..], &["verify", &circuit], &["export-verifier", &circuit]]
    {
        assert!(stderr(args).contains("for development"));
    }
    let before = fs::read(dir.join("product.zkey")).unwrap();
    assert!(failure(["setup", "contribute", &circuit]).contains("made by one machine"));
    assert_eq!(fs::read(dir.join("product.zkey")).unwrap(), before);

    json(["setup", "ptau", "contribute", &ptau]);
    json(["setup", "ptau", "prepare", &ptau]);
    json(["compile", &circuit]);
    json(["setup", &circuit, "--ptau", &ptau]);
    json(["setup", "contribute", &circuit]);
    json(["setup", "verify", &circuit, "--ptau", &ptau]);
    // Another key's verifying key.
    let other = fs::read_to_string(dir.join("verification_key.json")).unwrap();
    json(["setup", "contribute", &circuit]);
    fs::write(dir.join("verification_key.json"), other).unwrap();
    let message = failure(["setup", "verify", &circuit, "--ptau", &ptau]);
    assert!(message.contains("not the verifying key of the proving key"), "{message}");
    // A byte of the powers.
    let mut bytes = fs::read(&ptau).unwrap();
    bytes[200] ^= 1;
    fs::write(&ptau, bytes).unwrap();
    let message = failure(["setup", "verify", &circuit, "--ptau", &ptau]);
    assert!(message.contains("powers.ptau`: tauG1: found another point"), "{message}");
}

/// Makes powers of tau for small circuits.
fn small_powers(dir: &Path) -> String {
    let ptau = dir.join("powers.ptau").display().to_string();
    json(["setup", "ptau", "new", "--power", "4", "-o", &ptau]);
    json(["setup", "ptau", "contribute", &ptau, "--name", "one"]);
    json(["setup", "ptau", "prepare", &ptau]);
    ptau
}

fn product(factor: u32) -> String {
    format!(
        "pragma circom 2.1.0;\ntemplate Product() {{ signal input a; signal input b; signal output out; \
         out <== {factor} * a * b; }}\ncomponent main {{public [b]}} = Product();\n"
    )
}

/// Constraints that prove something else than the circuit that they lie beside says.
#[test]
fn a_key_is_verified_for_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (build, circuit, ptau) = (path(""), path("circuit.circom"), small_powers(dir));
    let verify = ["setup", "verify", build.as_str(), "--ptau", &ptau];
    for level in ["--O0", "--O1", "--O2"] {
        fs::write(&circuit, product(999)).unwrap();
        json(["compile", &circuit, level]);
        json(["setup", &build, "--ptau", &ptau]);
        json(["setup", "contribute", &build]);
        // The key is one of its constraints, whatever the source says.
        for source in [product(1), "no circom".to_owned()] {
            fs::write(&circuit, source).unwrap();
            let message = failure(verify);
            assert!(
                message.contains("circuit.r1cs` is not what") || message.contains("does not compile"),
                "{message}"
            );
            let verified = json([&verify[..], &["--no-source"]].concat());
            assert!(verified["valid"] == true && verified["source"].is_null(), "{verified}");
        }
        fs::write(&circuit, product(999)).unwrap();
        assert_eq!(json(verify)["source"], circuit);
        assert!(
            String::from_utf8(tensorproof(verify).stdout).unwrap().contains("circuit.circom` compiles to")
        );
        fs::remove_file(&circuit).unwrap();
        let output = tensorproof(verify);
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && told.contains("circuit.r1cs` was taken as it is"), "{told}");
        assert!(json(verify)["source"].is_null());
        fs::remove_file(dir.join("circuit.zkey")).unwrap();
    }
    // Powers alone have no source.
    assert!(json(["setup", "verify", "--ptau", &ptau])["source"].is_null());
}

#[test]
fn a_key_is_not_verified_for_changed_templates() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let (build, ptau) = (dir.display().to_string(), small_powers(dir));
    let circuit =
        "pragma circom 2.1.0;\ninclude \"tensorproof/arith/is_zero.circom\";\ncomponent main = IsZero();\n";
    fs::write(dir.join("circuit.circom"), circuit).unwrap();
    json(["templates", "--output", &build]);
    let file = dir.join("tensorproof/arith/is_zero.circom");
    let text = fs::read_to_string(&file).unwrap();
    let verify = ["setup", "verify", build.as_str(), "--ptau", &ptau];
    for (text, is_ours) in [(text.replace("in * out === 0;", ""), false), (text, true)] {
        fs::write(&file, text).unwrap();
        json(["setup", &build, "--ptau", &ptau]);
        json(["setup", "contribute", &build]);
        if is_ours {
            assert_eq!(json(verify)["valid"], true);
        } else {
            let message = failure(verify);
            assert!(message.contains("is_zero.circom` is not the template of this name"), "{message}");
        }
        fs::remove_file(dir.join("circuit.zkey")).unwrap();
    }
}

#[test]
fn keys_are_made_for_the_source_and_not_for_stale_constraints() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (circuit, input, ptau) = (path("product.circom"), path("input.json"), small_powers(dir));
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    fs::write(&circuit, product(1)).unwrap();
    json(["compile", &circuit, "--O2"]);
    let constraints = || fs::read(dir.join("product.r1cs")).unwrap();
    let stale = constraints();
    fs::write(&circuit, product(7)).unwrap();
    assert!(stderr(&["setup", &circuit]).contains("was not what"));
    assert_ne!(constraints(), stale);
    assert!(!stderr(&["setup", &circuit]).contains("was not what"));
    json(["prove", &circuit, "--input", &input]);
    assert_eq!(fs::read_to_string(dir.join("public.json")).unwrap().split('"').nth(1), Some("140"));
    json(["verify", &circuit]);

    // Those of another compiler are left as they are, where that is asked for.
    fs::write(dir.join("product.r1cs"), &stale).unwrap();
    json(["setup", &circuit, "--no-source"]);
    json(["setup", &circuit, "--no-source", "--ptau", &ptau]);
    assert!(constraints() == stale);
    // A key of a ceremony stays the key of its constraints.
    json(["setup", "contribute", &circuit]);
    assert!(failure(["setup", &circuit]).contains("key of a ceremony"));
    assert!(constraints() == stale);
    fs::remove_file(dir.join("product.zkey")).unwrap();
    fs::remove_file(&circuit).unwrap();
    assert!(stderr(&["setup", &circuit]).contains("there is no"));
}

/// The iterations of a beacon stand before its value at the end of a file whose last contribution it is.
fn set_iterations(file: &Path, value: &[u8], iterations: u8) {
    let mut bytes = fs::read(file).unwrap();
    let at = bytes.len() - value.len() - 3;
    assert_eq!((bytes[at - 1], bytes[at], bytes[at + 1]), (2, 10, 3));
    bytes[at] = iterations;
    fs::write(file, bytes).unwrap();
}

#[test]
fn beacons_that_take_years_are_refused_before_they_are_hashed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = |name: &str| dir.join(name).display().to_string();
    let (build, ptau) = (path(""), path("powers.ptau"));
    let prepared = small_powers(dir);
    fs::write(dir.join("circuit.circom"), product(1)).unwrap();
    json(["setup", &build, "--ptau", &prepared]);
    json(["setup", "contribute", &build]);
    json(["setup", "beacon", &build, "--hash", "01020304"]);
    json(["setup", "verify", &build, "--ptau", &prepared]);
    json(["setup", "ptau", "new", "--power", "2", "-o", &path("small.ptau")]);
    json(["setup", "ptau", "beacon", &path("small.ptau"), "--hash", "01020304"]);
    json(["setup", "verify", "--ptau", &path("small.ptau")]);
    for (iterations, hashes) in [(33, "8589934592"), (42, "4398046511104"), (63, "9223372036854775808")] {
        let expected = format!("beacons of {hashes} hashes, expected at most 2^32");
        let key = dir.join("circuit.zkey");
        let before = fs::read(&key).unwrap();
        set_iterations(&key, &[1, 2, 3, 4], iterations);
        assert!(failure(["setup", "verify", &build, "--ptau", &ptau]).contains(&expected));
        fs::write(&key, before).unwrap();
        let small = dir.join("small.ptau");
        let before = fs::read(&small).unwrap();
        set_iterations(&small, &[1, 2, 3, 4], iterations);
        assert!(failure(["setup", "verify", "--ptau", &path("small.ptau")]).contains(&expected));
        fs::write(&small, before).unwrap();
        let iterations = iterations.to_string();
        for args in [&["setup", "beacon", &build][..], &["setup", "ptau", "beacon", &path("small.ptau")]] {
            let output = tensorproof([args, &["--hash", "01", "--iterations", &iterations]].concat());
            assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("0..=32"));
        }
    }
}

/// Runs the command with a cache of its own.
fn with_cache(cache: &Path, folder: &Path, args: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tensorproof"));
    let output = command.args(args).env("XDG_CACHE_HOME", cache).current_dir(folder).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{args:?}: {told}");
    told
}

/// What a key says of its contributions, anybody can write.
#[test]
fn contributions_are_claims_until_they_were_verified_here() {
    let (folder, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (dir, cache) = (folder.path(), caches.path());
    let path = |name: &str| dir.join(name).display().to_string();
    let (build, input, ptau) = (path(""), path("input.json"), small_powers(dir));
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    fs::write(dir.join("circuit.circom"), product(1)).unwrap();
    json(["setup", &build]);
    // The key of this machine, before anybody says otherwise.
    let local = fs::read(dir.join("verification_key.json")).unwrap();
    json(["setup", &build, "--ptau", &ptau]);
    json(["setup", "contribute", &build]);
    let commands: [&[&str]; 5] = [
        &["prove", &build, "--input", &input],
        &["prove", &build],
        &["verify", &build],
        &["export-verifier", &build],
        &["setup", "export-vk", &build],
    ];
    let claim = "says that it has 1 contributions, which was not verified here";
    for command in commands {
        let told = with_cache(cache, dir, command);
        assert!(told.contains(claim) && told.contains("setup verify"), "{command:?}: {told}");
    }
    with_cache(cache, dir, &["setup", "verify", &build, "--ptau", &ptau]);
    for command in commands {
        let told = with_cache(cache, dir, command);
        assert!(!told.contains("warning"), "{command:?}: {told}");
    }
    // Who has verified nothing is told again; so is everybody after another contribution.
    assert!(with_cache(&cache.join("other"), dir, &["verify", &build]).contains(claim));
    json(["setup", "contribute", &build]);
    assert!(with_cache(cache, dir, &["export-verifier", &build]).contains("2 contributions, which was not"));
    // The key beside a verifying key says nothing of another one.
    fs::write(dir.join("verification_key.json"), local).unwrap();
    let told = with_cache(cache, dir, &["export-verifier", &build]);
    assert!(told.contains("is not the key of this verifying key"), "{told}");
}

#[test]
#[cfg(unix)]
fn a_cache_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, caches) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (dir, cache) = (folder.path(), caches.path());
    let (build, input) = (dir.display().to_string(), dir.join("input.json").display().to_string());
    fs::write(&input, r#"{"a": 4, "b": 5}"#).unwrap();
    fs::write(dir.join("circuit.circom"), product(1)).unwrap();
    json(["setup", &build]);
    let prove = ["prove", build.as_str(), "--input", &input];
    assert!(!with_cache(cache, dir, &prove).contains("write"));
    let own = cache.join("tensorproof/checked-keys-2");
    let remembered = || fs::read_dir(&own).unwrap().count();
    assert_eq!((remembered(), fs::metadata(&own).unwrap().permissions().mode() & 0o777), (1, 0o700));
    fs::set_permissions(&own, fs::Permissions::from_mode(0o777)).unwrap();
    // Neither believed nor added to.
    json(["setup", &build]);
    assert!(with_cache(cache, dir, &prove).contains("can be written to by others"));
    assert_eq!(remembered(), 1);
    // A relative path would be the current folder's.
    with_cache(Path::new("cache"), dir, &prove);
    assert!(!dir.join("cache").exists());
}
