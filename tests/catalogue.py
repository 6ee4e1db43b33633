"""Which test holds each row of the catalogue of bad inputs, for the formats that exist.

The catalogue numbers what a file can have wrong: 1 to 29 its JSON, 30 to 70 the lists of a COCO
project, 71 to 96 its polygons and masks, 97 to 108 results, 109 to 116 KITTI labels, 117 to
122 YOLO labels, 126 to 130 mask images, 131 to 137 Encord's pickles.
"""

from __future__ import annotations

from collections.abc import Iterable

FILES = "tests/sources/"
JSON = FILES + "test_coco_json.py"
STRUCTURE = FILES + "test_coco_structure.py"
MASKS = FILES + "test_coco_masks.py"
RESULTS = FILES + "test_coco_results.py"
KITTI = FILES + "test_kitti.py"
YOLO = FILES + "test_yolo.py"
PIXELS = FILES + "test_masks.py"
MAPPINGS = "tests/cli/test_doctor.py"
PICKLES = FILES + "test_encord_pickle.py"
HOSTILE = FILES + "test_hostile_pickles.py"
MEMORY = FILES + "test_memory.py"


def _cases(test: str, *rows: Iterable[int]) -> dict[int, str]:
    """Rows that are cases of one parametrised test."""
    return {row: f"{test}[row-{row}" for some in rows for row in some}


TESTS: dict[int, str] = {
    **_cases(
        f"{JSON}::test_the_kind_of_file_decides",
        (*range(1, 9), *range(10, 24), 25, 26, 28, 29),
    ),
    9: f"{JSON}::test_row_9_control_characters_are_kept_and_escaped_in_messages",
    24: f"{JSON}::test_row_24_a_project_is_no_results_file",
    27: f"{MEMORY}::test_row_27_unread_bytes_stay_on_the_disk",
    **_cases(
        f"{STRUCTURE}::test_each_row_comes_to_what_the_catalogue_says",
        (*range(30, 47), 48, 52, 54, *range(57, 71)),
    ),
    47: f"{STRUCTURE}::test_row_47_",
    49: f"{STRUCTURE}::test_row_49_backslashes",
    50: f"{STRUCTURE}::test_row_50_another_case",
    51: f"{STRUCTURE}::test_row_51_another_unicode_form",
    53: f"{STRUCTURE}::test_row_53_what_is_no_file_is_rejected_without_waiting",
    55: f"{STRUCTURE}::test_row_55_",
    56: f"{STRUCTURE}::test_row_56_files_that_are_not_listed_are_counted",
    **_cases(f"{MASKS}::test_truth_comes_to_what_the_catalogue_says", range(71, 97)),
    **_cases(
        f"{RESULTS}::test_each_row_comes_to_what_the_catalogue_says",
        (*range(97, 105), 107),
    ),
    105: f"{MEMORY}::test_row_105_a_result_takes_some_two_hundred_bytes",
    106: f"{MASKS}::test_row_106_a_box_that_disagrees_with_its_mask_is_kept",
    108: f"{MAPPINGS}::test_row_108_a_wrong_mapping_file_changes_nothing",
    **{row: f"{KITTI}::test_row_{row}_" for row in range(109, 117)},
    117: f"{YOLO}::test_row_117_a_decimal_comma_is_named",
    118: f"{YOLO}::test_row_118_a_class_beyond_the_names_is_rejected",
    119: f"{YOLO}::test_row_119_",
    120: f"{YOLO}::test_row_120_columns_of_truth_and_predictions",
    121: f"{YOLO}::test_row_121_",
    122: f"{YOLO}::test_row_122_label_files_and_images_without_the_other_are_counted",
    126: f"{PIXELS}::test_row_126_a_mask_of_another_size_is_rejected",
    127: f"{PIXELS}::test_row_127_values_without_a_class_are_void_and_listed",
    128: f"{PIXELS}::test_row_128_",
    129: f"{PIXELS}::test_row_129_jpeg_is_no_mask",
    130: f"{PIXELS}::test_row_130_a_mask_of_nothing_but_0_is_admitted",
    131: f"{HOSTILE}::test_no_hostile_file_does_anything",
    132: f"{PICKLES}::test_row_132_what_is_no_list_of_predictions_is_named",
    133: f"{PICKLES}::test_row_133_bytes_after_the_end_are_counted_and_ignored",
    134: f"{PICKLES}::test_row_134_tracks_are_texts",
    135: f"{PICKLES}::test_row_135_",
    136: f"{PICKLES}::test_row_136_polygons_in_pixels_are_rejected",
    137: f"{PICKLES}::test_row_137_",
}
"""Row -> how the names of its tests begin."""

WANTED = (*range(1, 123), *range(126, 138))
