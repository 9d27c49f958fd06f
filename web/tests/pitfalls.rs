//! What bites in Yew, held down: lists that grow keep their elements, and what comes and goes between siblings does so
//! without a fault.

use std::rc::Rc;

use gloo::timers::future::sleep;
use gloo::utils::document;
use lightcone_diagram::{Geometry, Layer as LayerData, Shape};
use lightcone_web::app::App;
use lightcone_web::diagram::layer::{Layer, LayerProps};
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

fn root() -> Element {
    let root = document().create_element("div").expect("a div can be made");
    document().body().expect("there is a body").append_child(&root).expect("it takes a child");
    root
}

async fn settle() {
    sleep(Duration::from_millis(60)).await;
}

fn layer(keys: &[&str]) -> LayerProps {
    let shape = |key: &&str| Shape {
        key: (*key).to_owned(),
        geometry: Geometry::Circle { cx: 1.0, cy: 1.0, r: 1.0 },
        class: "event".to_owned(),
        epoch: Some(1),
        target: None,
        title: Some(format!("<b>{key}</b>")),
    };
    LayerProps {
        layer: LayerData { name: "marks", chunk: 0, shapes: Rc::new(keys.iter().map(shape).collect()) },
    }
}

fn circles(root: &Element) -> Vec<Element> {
    let all = root.query_selector_all("circle").expect("a valid selector");
    (0..all.length()).filter_map(|index| all.get(index)?.dyn_into().ok()).collect()
}

#[wasm_bindgen_test]
async fn a_layer_that_grows_at_either_end_keeps_the_elements_it_had() {
    let root = root();
    let mut handle = yew::Renderer::<Layer>::with_root_and_props(root.clone(), layer(&["b", "c"])).render();
    settle().await;
    let before = circles(&root);
    handle.update(layer(&["a", "b", "c", "d"]));
    settle().await;
    let after = circles(&root);
    assert_eq!((before.len(), after.len()), (2, 4));
    assert!(before[0].is_same_node(Some(&after[1])) && before[1].is_same_node(Some(&after[2])));
    handle.update(layer(&["c"]));
    settle().await;
    assert!(before[1].is_same_node(Some(&circles(&root)[0])));
    handle.destroy();
}

#[wasm_bindgen_test]
async fn what_a_run_says_is_text_and_never_markup() {
    let root = root();
    let handle = yew::Renderer::<Layer>::with_root_and_props(root.clone(), layer(&["a"])).render();
    settle().await;
    assert!(root.query_selector("b").expect("a valid selector").is_none());
    handle.destroy();
}

fn find(root: &Element, selector: &str) -> Option<HtmlElement> {
    root.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

async fn click(root: &Element, selector: &str) {
    find(root, selector).unwrap_or_else(|| panic!("there is no {selector}")).click();
    settle().await;
}

#[wasm_bindgen_test]
async fn panels_menus_and_picks_come_and_go() {
    let root = root();
    root.set_attribute("style", "width: 1200px; height: 800px").expect("it takes a style");
    let handle = yew::Renderer::<App>::with_root(root.clone()).render();
    settle().await;
    click(&root, "[aria-label=Pause], [aria-label=Play]").await;
    for _ in 0..3 {
        click(&root, "[aria-label=Step]").await;
    }
    for sheet in ["Share", "Help", "Diagram options", "Partition…"] {
        for _ in 0..2 {
            click(&root, &format!("[aria-label^='{sheet}']")).await;
            click(&root, "[aria-label=Close]").await;
        }
    }
    for panel in ["next", "nodes", "checks", "script", "setup"] {
        click(&root, &format!("#panel-{panel} .fold")).await;
        click(&root, &format!("#panel-{panel} .fold")).await;
    }
    click(&root, "[aria-label='Hide panels']").await;
    click(&root, "[aria-label='Show panels']").await;
    click(&root, ".card-name").await;
    let rows = |root: &Element| root.query_selector_all(".script-row").map_or(0, |rows| rows.length());
    click(&root, "[aria-label=Crash]").await;
    assert_eq!(rows(&root), 1);
    assert!(find(&root, "[data-condition=down]").is_some());
    click(&root, "[aria-label=Undo]").await;
    assert_eq!(rows(&root), 0);
    assert!(document().get_element_by_id("failure").is_none());
    handle.destroy();
}
