"""Which test holds each row of the catalogue of bad inputs, for the formats that exist.

The catalogue numbers what a file can have wrong: 1 to 29 its JSON, 30 to 70 the lists of a COCO
project, 71 to 96 its polygons and masks, 97 to 108 results, 109 to 116 KITTI labels, 117 to
122 YOLO labels, 123 to 125 VOC, 126 to 130 mask images, 131 to 137 Encord's pickles, 138 to 158
pictures and videos.
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
VOC = FILES + "test_voc.py"
MAPPINGS = "tests/cli/test_doctor.py"
PICKLES = FILES + "test_encord_pickle.py"
HOSTILE = FILES + "test_hostile_pickles.py"
MEDIA = FILES + "test_media.py"
FOLDER = FILES + "test_image_folder.py"
VIDEO = FILES + "test_video.py"
MEMORY = FILES + "test_memory.py"
STREAMING = "tests/project/test_streaming.py"


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
    105: f"{STREAMING}::test_row_105_memory_follows_the_windows_not_the_run",
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
    123: f"{VOC}::test_row_123_a_doctype_refuses",
    124: f"{VOC}::test_row_124_objects_without_a_place_are_rejected",
    125: f"{VOC}::test_row_125_the_xml_files_name_counts",
    131: f"{HOSTILE}::test_no_hostile_file_does_anything",
    132: f"{PICKLES}::test_row_132_what_is_no_list_of_predictions_is_named",
    133: f"{PICKLES}::test_row_133_bytes_after_the_end_are_counted_and_ignored",
    134: f"{PICKLES}::test_row_134_tracks_are_texts",
    135: f"{PICKLES}::test_row_135_",
    136: f"{PICKLES}::test_row_136_polygons_in_pixels_are_rejected",
    137: f"{PICKLES}::test_row_137_",
    138: f"{MEDIA}::test_row_138_a_cut_picture_keeps_its_place",
    139: f"{FOLDER}::test_row_139_what_is_no_image_is_rejected_by_its_content",
    **_cases(f"{MEDIA}::test_too_many_pixels_are_refused_from_the_header", (140, 141)),
    142: f"{MEDIA}::test_row_142_a_bomb_of_texts_is_refused",
    143: f"{MEDIA}::test_row_143_turned_pictures_are_shown_upright",
    144: f"{MEDIA}::test_row_144_what_is_shown_carries_no_metadata",
    145: f"{MEDIA}::test_row_145_cmyk_is_converted",
    146: f"{MEDIA}::test_row_146_",
    147: f"{MEDIA}::test_row_147_the_first_frame_of_an_animation_is_shown",
    148: f"{MEDIA}::test_row_148_other_kinds_of_pixels_are_converted",
    149: f"{MEDIA}::test_row_149_the_content_decides_not_the_name",
    150: f"{MEDIA}::test_row_150_other_formats_are_not_admitted",
    151: f"{MEDIA}::test_row_151_a_long_thin_picture_has_a_thumbnail",
    152: f"{FOLDER}::test_row_152_links_out_of_the_root_are_not_followed",
    153: f"{FOLDER}::test_row_153_names_that_are_no_utf8",
    154: f"{FOLDER}::test_row_154_odd_names_are_titles_as_they_are",
    155: "tests/sources/test_video_projects.py::test_row_155_a_file_that_changed_is_never_shown",
    156: f"{FOLDER}::test_row_156_a_folder_of_very_many_files_is_walked_once",
    157: f"{MEDIA}::test_row_157_what_may_not_be_read_is_named",
    158: f"{VIDEO}::test_row_158_",
}
"""Row -> how the names of its tests begin."""

WANTED = tuple(range(1, 159))
