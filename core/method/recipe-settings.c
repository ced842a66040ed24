/* recipe-settings.c - see recipe-settings.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading, writing, range and help of every setting come from this one table.
 */

#include "core/method/recipe-settings.h"

#include "core/base/number.h"
#include "core/method/preprocess/pipeline.h"

#include <math.h>
#include <string.h>

#define AT(member) offsetof (TrpRecipe, member)
#define MAX_INT 2000000000.
#define MAX_EPOCHS 1000000.

static const TrpRecipeSetting settings[] = {
  { "recipe", "name", TRP_SETTING_TEXT, AT (name), 0, 0, NULL, "", NULL, "shown in the window" },
  { "recipe", "description", TRP_SETTING_TEXT, AT (description), 0, 0, NULL, "", NULL,
    "what it is for and where its numbers come from" },
  { "recipe", "trainer", TRP_SETTING_CHOICE, AT (trainer), 0, 0,
    "cyclegan|segmenter|lgan|cyclegan-seg", "cyclegan", NULL, "which training it drives" },

  { "data", "source", TRP_SETTING_NAME, AT (source), 0, 0, "mr|ct|synct|synmr|ct_on_mr", "mr", "ct",
    "segmenter: column of the data list that holds the images" },
  { "data", "second", TRP_SETTING_NAME, AT (second), 0, 0, "none|mr|ct|synct|synmr|ct_on_mr",
    "none", NULL,
    "segmenter: column of a second image, on the same grid, that the network sees beside it" },
  { "data", "whole_view", TRP_SETTING_BOOL, AT (whole_view), 0, 0, NULL, "false", NULL,
    "segmenter: contours whole slices; else their middle, as large as the slices of its training" },
  { "data", "spacing", TRP_SETTING_DOUBLE, AT (spacing), 0, 20, NULL, "0", NULL,
    "mm per pixel after resampling in the slice; 0 keeps each volume's own" },
  { "data", "size", TRP_SETTING_INT, AT (size), 16, 1024, NULL, "256", NULL,
    "pixels along a slice's side after padding or cropping about the centre" },
  { "data", "patch", TRP_SETTING_INT, AT (patch), 0, 1024, NULL, "0", NULL,
    "pixels along the side of a training sample, cut at a random place; 0: the whole slice" },
  { "data", "body_fraction", TRP_SETTING_DOUBLE, AT (body_fraction), 0, 0.9, NULL, "0.02", NULL,
    "slices with a smaller share of body are left out; 0 keeps all" },
  { "data", "mr_curve", TRP_SETTING_INTENSITY, AT (mr), 0, 0, NULL, "", NULL,
    "MR value : network value, for MR of one scale; empty: by percentiles of each volume" },
  { "data", "mr_percentile_low", TRP_SETTING_DOUBLE, AT (mr.percentile_low), 0, 50, NULL, "0.5",
    NULL, "percentile of the MR's foreground (above Otsu's threshold) that becomes -1" },
  { "data", "mr_percentile_high", TRP_SETTING_DOUBLE, AT (mr.percentile_high), 50, 100, NULL,
    "99.5", NULL, "percentile that becomes +1 (when mr_clip is 1)" },
  { "data", "mr_from_zero", TRP_SETTING_BOOL, AT (mr.from_zero), 0, 0, NULL, "true", NULL,
    "-1 is the image value 0 instead of the low percentile" },
  { "data", "mr_clip", TRP_SETTING_DOUBLE, AT (mr.clip), 0.5, 5, NULL, "1", NULL,
    "+1 is this many times the distance from low to high" },
  { "data", "ct_curve", TRP_SETTING_CURVE, AT (ct.curve), 0, 0, NULL,
    "-1000:-1, -200:-0.7, 200:0.5, 1000:1", "-160:-1, 240:1",
    "HU : network value; piecewise linear, clipped at its ends, inverse kept with the model; or a "
    "window that becomes -1 to 1: window -500 500, soft-tissue, head, synthrad" },
  { "data", "labels", TRP_SETTING_LABELS, AT (labels), 1, 255, NULL, "", "1",
    "segmenter: values of the label map to learn, one channel each" },

  { "preprocess", "mr_steps", TRP_SETTING_STEPS, AT (preprocessing[TRP_STEPS_MR]), 0, 0, NULL, "",
    NULL,
    "done to each MR in this order, such as n4; resample 1 1 cubic; crop-body 256; nyul "
    "(triptych-cli preprocess --list-steps)" },
  { "preprocess", "ct_steps", TRP_SETTING_STEPS, AT (preprocessing[TRP_STEPS_CT]), 0, 0, NULL, "",
    NULL, "likewise to each CT, SynCT and CT on MR" },

  { "network", "generator", TRP_SETTING_GENERATOR, 0, 1, 32, NULL, "resnet-9", NULL,
    "number of residual blocks, or the U-Net of pix2pix that makes one pixel of a square of so "
    "many" },
  { "network", "generator_filters", TRP_SETTING_INT, AT (generator_filters), 1, 256, NULL, "64",
    NULL, "of the first layer; doubled by every step down (unet: up to eight times as many)" },
  { "network", "generator_downs", TRP_SETTING_INT, AT (generator_downs), 0, 4, NULL, "2", NULL,
    "resnet: halvings of the size before the residual blocks" },
  { "network", "generator_upsample", TRP_SETTING_CHOICE, AT (generator_upsample), 0, 0,
    "transposed|nearest", "transposed", NULL,
    "resnet: how the size is doubled again: transposed convolution, or nearest neighbour + 3x3" },
  { "network", "generator_norm", TRP_SETTING_CHOICE, AT (generator_norm), 0, 0, "instance|batch",
    "instance", NULL, "unet: how its activations are normalised" },
  { "network", "generator_dropout", TRP_SETTING_DOUBLE, AT (generator_dropout), 0, 0.9, NULL, "0",
    NULL,
    "unet: share of the values that training leaves out in the inner layers; 0.5 in pix2pix" },
  { "network", "discriminator", TRP_SETTING_CHOICE, AT (discriminator), 0, 0, "patch|pixel",
    "patch", NULL, "judges overlapping patches, or every pixel by itself" },
  { "network", "image_channels", TRP_SETTING_INT, AT (image_channels), 1, 7, NULL, "1", NULL,
    "the network takes the grey image this many times (3 for a network of colour images)" },
  { "network", "output_channels", TRP_SETTING_INT, AT (output_channels), 1, 7, NULL, "1", NULL,
    "that a generator makes; the result is their mean" },
  { "network", "discriminator_filters", TRP_SETTING_INT, AT (discriminator_filters), 1, 256, NULL,
    "64", NULL, "of the first layer" },
  { "network", "discriminator_layers", TRP_SETTING_INT, AT (discriminator_layers), 1, 5, NULL, "3",
    NULL, "patch: strided layers; 3 sees patches of 70 pixels, 2 of 34" },
  { "network", "segmenter", TRP_SETTING_CHOICE, AT (segmenter), 0, 0, "res-unet-2.5d|unet",
    "res-unet-2.5d", NULL, "the contouring network" },
  { "network", "segmenter_filters", TRP_SETTING_INT, AT (segmenter_filters), 1, 256, NULL, "64",
    NULL, "of its first level; doubled by every level" },
  { "network", "segmenter_levels", TRP_SETTING_INT, AT (segmenter_levels), 1, 7, NULL, "5", NULL,
    "the size is halved between levels" },
  { "network", "segmenter_norm", TRP_SETTING_CHOICE, AT (segmenter_norm), 0, 0, "instance|batch",
    "instance", NULL, "how its activations are normalised" },
  { "network", "segmenter_upsample", TRP_SETTING_CHOICE, AT (segmenter_upsample), 0, 0,
    "transposed|bilinear", "transposed", NULL,
    "how the size is doubled again: transposed convolution, or bilinear between the outer pixels' "
    "centres, with half the filters on the deepest level" },
  { "network", "segmenter_bias", TRP_SETTING_BOOL, AT (segmenter_bias), 0, 0, NULL, "true", NULL,
    "convolutions before a batch norm have a bias, which the norm takes out again" },
  { "network", "segmenter_background", TRP_SETTING_BOOL, AT (segmenter_background), 0, 0, NULL,
    "false", NULL,
    "its first output is the background; a label's probability is against that alone" },
  { "network", "context", TRP_SETTING_INT, AT (context), 0, 3, NULL, "0", "1",
    "neighbouring slices on either side that the network sees; a generator makes as many, of which "
    "the middle one is the result" },

  { "critic", "kind", TRP_SETTING_CHOICE, AT (critic.kind), 0, 0,
    "basic|product|early-fusion|late-fusion|regression", "basic", NULL,
    "lgan: it sees the mask, the image within the mask, both as channels, both through "
    "convolutions of their own first, or the mask beside the true one" },
  { "critic", "filters", TRP_SETTING_INT, AT (critic.filters), 1, 256, NULL, "64", NULL,
    "of its first two layers; doubled by each after" },
  { "critic", "layers", TRP_SETTING_INT, AT (critic.layers), 2, 7, NULL, "4", NULL,
    "that halve the size" },
  { "critic", "features", TRP_SETTING_INT, AT (critic.features), 1, 4096, NULL, "1024", NULL,
    "of the fully connected layer after them" },
  { "critic", "weight", TRP_SETTING_DOUBLE, AT (critic.weight), 0, 1000, NULL, "1", NULL,
    "of its score, which is taken off the generator's loss" },
  { "critic", "updates", TRP_SETTING_INT, AT (critic.updates), 1, 10, NULL, "1", NULL,
    "of the critic for one of the generator" },
  { "critic", "limit", TRP_SETTING_CHOICE, AT (critic.limit), 0, 0, "clip|spectral", "clip", NULL,
    "what keeps it from growing steep: its weights are clipped, or have spectral norm and no "
    "batch norm" },
  { "critic", "clip", TRP_SETTING_DOUBLE, AT (critic.clip), 1e-6, 1, NULL, "0.01", NULL,
    "largest absolute weight" },
  { "critic", "critic_optimizer", TRP_SETTING_CHOICE, AT (critic.optimizer), 0, 0, "adam|rmsprop",
    "rmsprop", NULL, "its own; what else an optimiser takes is said in training" },
  { "critic", "critic_rate", TRP_SETTING_DOUBLE, AT (critic.rate), 1e-8, 1, NULL, "0.0001", NULL,
    "its learning rate at the start; it falls as the generator's does" },

  { "loss", "adversarial", TRP_SETTING_DOUBLE, AT (adversarial), 0, 1000, NULL, "1", NULL,
    "weight of the least-squares adversarial loss" },
  { "loss", "cycle", TRP_SETTING_DOUBLE, AT (cycle), 0, 1000, NULL, "10", NULL,
    "weight of the cycle loss" },
  { "loss", "cycle_loss", TRP_SETTING_CHOICE, AT (cycle_loss), 0, 0, "l1|mse|ssim", "l1", NULL,
    "what an image and its way there and back are compared by; ssim is 1 - SSIM (11 x 11 "
    "windows)" },
  { "loss", "cycle_l1", TRP_SETTING_DOUBLE, AT (cycle_mix[TRP_CYCLE_L1]), 0, 1000, NULL, "0", NULL,
    "part of L1 in a mixed cycle loss; where any of the three is over 0, cycle_loss does not "
    "count" },
  { "loss", "cycle_mse", TRP_SETTING_DOUBLE, AT (cycle_mix[TRP_CYCLE_MSE]), 0, 1000, NULL, "0",
    NULL, "part of the mean square in a mixed cycle loss" },
  { "loss", "cycle_ssim", TRP_SETTING_DOUBLE, AT (cycle_mix[TRP_CYCLE_SSIM]), 0, 1000, NULL, "0",
    NULL, "part of 1 - SSIM in a mixed cycle loss" },
  { "loss", "identity", TRP_SETTING_DOUBLE, AT (identity), 0, 1000, NULL, "0", NULL,
    "weight of the L1 identity loss, as a multiple of the cycle weight" },
  { "loss", "gc", TRP_SETTING_DOUBLE, AT (gc), 0, 1000, NULL, "0", NULL,
    "weight of gradient consistency between an image and its translation" },
  { "loss", "gc_signed", TRP_SETTING_BOOL, AT (gc_signed), 0, 0, NULL, "false", NULL,
    "gradients keep their sign; else |gradient|, blind to polarity" },
  { "loss", "gc_start", TRP_SETTING_INT, AT (gc_start), 0, MAX_INT, NULL, "0", NULL,
    "step from which its weight grows" },
  { "loss", "gc_ramp", TRP_SETTING_INT, AT (gc_ramp), 0, MAX_INT, NULL, "0", NULL,
    "steps until its weight is whole" },
  { "loss", "geometry", TRP_SETTING_DOUBLE, AT (geometry), 0, 1000, NULL, "0", NULL,
    "weight of geometric consistency: cross entropy of the body's outline in an image (a hard "
    "mask) "
    "and in its translation (a soft one), either way" },
  { "loss", "geometry_start", TRP_SETTING_INT, AT (geometry_start), 0, MAX_INT, NULL, "0", NULL,
    "step from which its weight grows" },
  { "loss", "geometry_ramp", TRP_SETTING_INT, AT (geometry_ramp), 0, MAX_INT, NULL, "0", NULL,
    "steps until its weight is whole" },
  { "loss", "geometry_slope", TRP_SETTING_DOUBLE, AT (geometry_slope), 1, 1000, NULL, "20", NULL,
    "k of the soft mask 1 / (1 + exp (-k (x - t))) of network values x, t the threshold" },
  { "loss", "geometry_band", TRP_SETTING_INT, AT (geometry_band), 0, 1024, NULL, "8", NULL,
    "pixels of the body along its outline that count; further in, air is allowed; 0: all count" },
  { "loss", "threshold_mr", TRP_SETTING_LEARNT, AT (threshold[0]), -1, 1, NULL, "", NULL,
    "network value between air and body in MR; nothing: by Otsu's classes of the training set" },
  { "loss", "threshold_ct", TRP_SETTING_LEARNT, AT (threshold[1]), -1, 1, NULL, "", NULL,
    "the same in CT" },
  { "loss", "bce", TRP_SETTING_DOUBLE, AT (bce), 0, 1000, NULL, "1", NULL,
    "segmenter: weight of binary cross entropy" },
  { "loss", "dice", TRP_SETTING_DOUBLE, AT (dice), 0, 1000, NULL, "1", NULL,
    "segmenter: weight of the soft Dice loss" },
  { "loss", "dice_per_sample", TRP_SETTING_BOOL, AT (dice_per_sample), 0, 0, NULL, "false", NULL,
    "one Dice per sample instead of one per batch" },
  { "loss", "dice_per_channel", TRP_SETTING_BOOL, AT (dice_per_channel), 0, 0, NULL, "false", NULL,
    "the mean of the labels' Dice instead of one for all of them; always so with cross_entropy" },
  { "loss", "cross_entropy", TRP_SETTING_DOUBLE, AT (cross_entropy), 0, 1000, NULL, "0", NULL,
    "segmenter: weight of the cross entropy of labels and background (softmax); over 0, it takes "
    "the "
    "place of bce" },

  { "training", "steps", TRP_SETTING_INT, AT (steps), 1, MAX_INT, NULL, "20000", NULL,
    "optimiser steps in all, unless schedule.epochs says it" },
  { "training", "batch", TRP_SETTING_INT, AT (batch), 1, 256, NULL, "1", "4", "samples per step" },
  { "training", "learning_rate", TRP_SETTING_DOUBLE, AT (learning_rate), 1e-8, 1, NULL, "0.0002",
    "0.001", "of the optimiser, at first" },
  { "training", "optimizer", TRP_SETTING_CHOICE, AT (optimizer), 0, 0, "adam|rmsprop", "adam", NULL,
    "how gradients become steps; both in PyTorch's order of operations" },
  { "training", "beta1", TRP_SETTING_DOUBLE, AT (beta1), 0, 0.9999, NULL, "0.5", "0.9", "of Adam" },
  { "training", "beta2", TRP_SETTING_DOUBLE, AT (beta2), 0, 0.999999, NULL, "0.999", NULL,
    "of Adam" },
  { "training", "alpha", TRP_SETTING_DOUBLE, AT (alpha), 0, 0.999999, NULL, "0.99", NULL,
    "of RMSprop: share of the old mean square" },
  { "training", "momentum", TRP_SETTING_DOUBLE, AT (momentum), 0, 0.9999, NULL, "0", NULL,
    "of RMSprop" },
  { "training", "weight_decay", TRP_SETTING_DOUBLE, AT (weight_decay), 0, 1, NULL, "0", NULL,
    "times the weights is added to the gradients" },
  { "training", "decay_start", TRP_SETTING_INT, AT (decay_start), -1, MAX_INT, NULL, "-1", NULL,
    "step from which the rate falls linearly to 0 at the end; -1: half-way" },
  { "training", "ema", TRP_SETTING_DOUBLE, AT (ema), 0, 0.999999, NULL, "0.999", NULL,
    "decay of the running average of the weights that inference uses; 0: none" },
  { "training", "pool", TRP_SETTING_INT, AT (pool), 0, 1000, NULL, "50", NULL,
    "earlier images per domain that discriminators see again; 0: none" },
  { "training", "seed", TRP_SETTING_SEED, AT (seed), 0, 0, NULL, "1", NULL,
    "of weights, samples and augmentation" },
  { "training", "threads", TRP_SETTING_INT, AT (threads), 0, 1024, NULL, "0", NULL,
    "0: one per physical core" },
  { "training", "restarts", TRP_SETTING_INT, AT (restarts), 0, 10, NULL, "0", NULL,
    "fresh starts with the next seed after an alarm (inverted or collapsed images); the alarm "
    "knows "
    "T1 and T2 MR of soft tissue, so leave it at 0 where a start is dear" },

  { "schedule", "epochs", TRP_SETTING_INT, AT (schedule.epochs), 0, MAX_EPOCHS, NULL, "0", NULL,
    "length in passes over the slices (of the larger side, where there are two) instead of "
    "training.steps; 0: in steps" },
  { "schedule", "decay_epochs", TRP_SETTING_INT, AT (schedule.decay_epochs), 0, MAX_EPOCHS, NULL,
    "0", NULL, "the last of the epochs, in which the rate falls" },
  { "schedule", "rate", TRP_SETTING_CHOICE, AT (schedule.rate), 0, 0,
    "linear|epochs|plateau|constant", "linear", NULL,
    "linear: constant, then to 0 by step (training.decay_start, or decay_epochs); epochs: by "
    "epoch, 1 - k / (decay_epochs + 1) in the k-th of decay_epochs; plateau: falls when "
    "validations get no better" },
  { "schedule", "validate_every", TRP_SETTING_INT, AT (schedule.validate_every), 0, MAX_INT, NULL,
    "0", NULL,
    "steps between validations on the cases left out, and one at the end; 0: none, or by epochs" },
  { "schedule", "validate_epochs", TRP_SETTING_INT, AT (schedule.validate_epochs), 0, MAX_EPOCHS,
    NULL, "0", NULL, "the same in epochs" },
  { "schedule", "score", TRP_SETTING_NAME, AT (schedule.score), 0, 0,
    "auto|loss|dice|mae|cycle|mi|outline_dice", "auto", NULL,
    "value of a validation that says which weights are best; auto: dice for contours, mae for "
    "images with a true CT (ct_on_mr), mi for others" },
  { "schedule", "plateau_factor", TRP_SETTING_DOUBLE, AT (schedule.plateau_factor), 0.001, 0.999,
    NULL, "0.1", NULL, "the rate is multiplied by it" },
  { "schedule", "plateau_patience", TRP_SETTING_INT, AT (schedule.plateau_patience), 0, 10000, NULL,
    "10", NULL, "validations in a row that may be no better" },
  { "schedule", "plateau_threshold", TRP_SETTING_DOUBLE, AT (schedule.plateau_threshold), 0, 0.5,
    NULL, "0.0001", NULL, "better is what is better by more than this part of the best" },
  { "schedule", "plateau_floor", TRP_SETTING_DOUBLE, AT (schedule.plateau_floor), 0, 1, NULL, "0",
    NULL, "the rate does not fall below it" },
  { "schedule", "stop_patience", TRP_SETTING_INT, AT (schedule.stop_patience), 0, 10000, NULL, "0",
    NULL, "validations in a row without a better score that end the training; 0: none do" },
  { "schedule", "stop_threshold", TRP_SETTING_DOUBLE, AT (schedule.stop_threshold), 0, 0.5, NULL,
    "0.01", NULL, "better is what is better by more than this part of the best" },

  { "augmentation", "flip", TRP_SETTING_BOOL, AT (augment.flip), 0, 0, NULL, "true", NULL,
    "left and right swap in half of the samples" },
  { "augmentation", "rotation", TRP_SETTING_DOUBLE, AT (augment.rotation_deg), 0, 180, NULL, "5",
    "10", "degrees either way" },
  { "augmentation", "scale", TRP_SETTING_DOUBLE, AT (augment.scale), 0, 0.9, NULL, "0.05", "0.1",
    "magnification 1 - s to 1 + s" },
  { "augmentation", "shift", TRP_SETTING_DOUBLE, AT (augment.shift), 0, 0.5, NULL, "0.03", "0.05",
    "either way, as a part of the slice's side" },
  { "augmentation", "crop_min", TRP_SETTING_DOUBLE, AT (augment.crop_min), 0.1, 1, NULL, "1", NULL,
    "smallest ratio of a random crop that is blown up to the whole; 1: none" },
  { "augmentation", "gain", TRP_SETTING_DOUBLE, AT (augment.gain), 0, 0.9, NULL, "0", "0.08",
    "contrast 1 - g to 1 + g, in network values above black" },
  { "augmentation", "offset", TRP_SETTING_DOUBLE, AT (augment.offset), 0, 1, NULL, "0", "0.05",
    "brightness either way, in network values" },
  { "augmentation", "noise", TRP_SETTING_DOUBLE, AT (augment.noise), 0, 1, NULL, "0", "0.05",
    "largest standard deviation of added noise, in network values" },
  { "augmentation", "flip_vertical", TRP_SETTING_BOOL, AT (augment.flip_vertical), 0, 0, NULL,
    "false", NULL, "front and back swap in half of the samples" },
  { "augmentation", "quarter_turns", TRP_SETTING_BOOL, AT (augment.quarter_turns), 0, 0, NULL,
    "false", NULL, "turned by 0, 90, 180 or 270 degrees, equally often" },
  { "augmentation", "crop_fixed", TRP_SETTING_BOOL, AT (augment.crop_fixed), 0, 0, NULL, "false",
    NULL, "every crop has the ratio crop_min; only its place is random" },
  { "augmentation", "elastic", TRP_SETTING_DOUBLE, AT (augment.elastic), 0, 64, NULL, "0", NULL,
    "largest standard deviation of a smooth random displacement, in pixels; it never folds" },
  { "augmentation", "elastic_grid", TRP_SETTING_DOUBLE, AT (augment.elastic_grid), 4, 512, NULL,
    "32", NULL, "pixels between its control points" },
  { "augmentation", "gamma", TRP_SETTING_DOUBLE, AT (augment.gamma), 0, 4, NULL, "0", NULL,
    "exponent of the values from black to white, 1 / (1 + g) to 1 + g" },
  { "augmentation", "bias", TRP_SETTING_DOUBLE, AT (augment.bias), 0, 2, NULL, "0", NULL,
    "largest standard deviation of the logarithm of a smooth field that values above black are "
    "multiplied by, like an MR's bias" },
  { "augmentation", "sharpness", TRP_SETTING_DOUBLE, AT (augment.sharpness), 0, 1, NULL, "0", NULL,
    "part of the difference from a blur of 1 pixel that is added or taken away" },

  { "postprocess", "smoothing", TRP_SETTING_CHOICE, AT (smoothing), 0, 0, "none|smooth|crf", "none",
    NULL,
    "of the probabilities in each slice: by a Gaussian (smooth), or by a conditional random field "
    "that follows the image's edges (crf)" },
  { "postprocess", "smoothing_sigma", TRP_SETTING_DOUBLE, AT (smoothing_sigma), 0.3, 10, NULL, "1",
    NULL,
    "width of the Gaussian, or of the random field's window, in pixels of the network's slices" },
  { "postprocess", "crf_weight", TRP_SETTING_DOUBLE, AT (crf_weight), 0, 1000, NULL, "3", NULL,
    "logits that a label gains when all like neighbours have it; 0 changes nothing" },
  { "postprocess", "crf_sigma_value", TRP_SETTING_DOUBLE, AT (crf_sigma_value), 0.001, 10, NULL,
    "0.1", NULL, "how much neighbours may differ in the image, in network values" },
  { "postprocess", "crf_steps", TRP_SETTING_INT, AT (crf_steps), 1, 50, NULL, "5", NULL,
    "of the mean field" },
  { "postprocess", "remove_below_ml", TRP_SETTING_DOUBLE, AT (remove_below_ml), 0, 100000, NULL,
    "0", NULL, "parts of a structure with less volume go" },
  { "postprocess", "largest_only", TRP_SETTING_BOOL, AT (largest_only), 0, 0, NULL, "false", NULL,
    "all but the largest part of each structure goes" },
  { "postprocess", "fill_holes", TRP_SETTING_BOOL, AT (fill_holes), 0, 0, NULL, "false", NULL,
    "holes of each structure are filled, slice by slice" },

  { "output", "log_every", TRP_SETTING_INT, AT (log_every), 1, MAX_INT, NULL, "50", NULL,
    "steps between lines of log.csv" },
  { "output", "preview_every", TRP_SETTING_INT, AT (preview_every), 0, MAX_INT, NULL, "500", NULL,
    "steps between previews; 0: none" },
  { "output", "save_every", TRP_SETTING_INT, AT (save_every), 0, MAX_INT, NULL, "1000", NULL,
    "steps between checkpoints; 0: only at the end" },
  { "output", "keep_every", TRP_SETTING_INT, AT (keep_every), 0, MAX_INT, NULL, "0", NULL,
    "steps between checkpoints that are kept in the folder checkpoints; 0: none is" },
};

/* What differs again. */
static const struct
{
  TrpTrainerKind trainer;
  const char *key;
  const char *value;
} own_defaults[] = {
  { TRP_TRAINER_CYCLEGAN_SEG, "context", "0" },
  { TRP_TRAINER_CYCLEGAN_SEG, "cycle", "1" },
  { TRP_TRAINER_CYCLEGAN_SEG, "identity", "1" },
  { TRP_TRAINER_CYCLEGAN_SEG, "dice", "0" },
};

const char *
trp_recipe_setting_get_default (const TrpRecipeSetting *setting, TrpTrainerKind trainer)
{
  for (size_t n = 0; n < G_N_ELEMENTS (own_defaults); n++)
    if (own_defaults[n].trainer == trainer && strcmp (own_defaults[n].key, setting->key) == 0)
      return own_defaults[n].value;
  return trainer != TRP_TRAINER_CYCLEGAN && setting->segmenter_value ? setting->segmenter_value
                                                                     : setting->value;
}

const TrpRecipeSetting *
trp_recipe_settings (size_t *out_n)
{
  *out_n = G_N_ELEMENTS (settings);
  return settings;
}

/* "training/steps" is what the reader of a key file may try. */
static void
set_unknown (const char *group, const char *key, GError **error)
{
  g_autofree char *dotted = group ? NULL : g_strdelimit (g_strdup (key), "/", '.');
  const char *dot = dotted ? strchr (dotted, '.') : NULL;
  bool is_meant = false;

  for (size_t n = 0; dot && n < G_N_ELEMENTS (settings); n++)
    is_meant = is_meant || (strcmp (settings[n].key, dot + 1) == 0 &&
                            strlen (settings[n].group) == (size_t) (dot - dotted) &&
                            g_str_has_prefix (dotted, settings[n].group));
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "There is no setting \"%.100s%s%.100s\"; %s%s",
               group ? group : "", group ? "." : "", key,
               is_meant ? "write " : "\"triptych-cli recipes show defaults\" prints all there are",
               is_meant ? dotted : "");
}

const TrpRecipeSetting *
trp_recipe_setting_find (const char *group, const char *key, GError **error)
{
  const TrpRecipeSetting *found = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (settings); n++)
    {
      if (strcmp (settings[n].key, key) != 0 || (group && strcmp (settings[n].group, group) != 0))
        continue;
      if (found)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "The setting \"%s\" exists as %s.%s and %s.%s; write which", key,
                       found->group, key, settings[n].group, key);
          return NULL;
        }
      found = &settings[n];
    }
  if (!found)
    set_unknown (group, key, error);
  return found;
}

/* --- texts to values --- */

static ptrdiff_t
find_choice (const TrpRecipeSetting *setting, const char *text)
{
  g_auto (GStrv) choices = g_strsplit (setting->choices, "|", -1);

  for (ptrdiff_t n = 0; choices[n]; n++)
    if (strcmp (choices[n], text) == 0)
      return n;
  return -1;
}

static bool
parse_whole (const char *text, double low, double high, int *out_value)
{
  gint64 value;

  if (!g_ascii_string_to_signed (text, 10, (gint64) low, (gint64) high, &value, NULL))
    return false;
  *out_value = (int) value;
  return true;
}

static bool
parse_double (const char *text, double low, double high, double *out_value)
{
  char *end;
  const double value = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(value >= low && value <= high))
    return false;
  *out_value = value;
  return true;
}

static bool
parse_bool (const char *text, bool *out_value)
{
  if (strcmp (text, "true") != 0 && strcmp (text, "false") != 0)
    return false;
  *out_value = text[0] == 't';
  return true;
}

static bool
parse_labels (const TrpRecipeSetting *setting, TrpRecipe *recipe, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  uint8_t labels[TRP_RECIPE_MAX_LABELS];
  size_t n_labels = 0;

  for (size_t n = 0; *text && parts[n]; n++)
    {
      int label;

      if (n_labels == TRP_RECIPE_MAX_LABELS ||
          !parse_whole (g_strstrip (parts[n]), setting->low, setting->high, &label) ||
          memchr (labels, label, n_labels))
        return false;
      labels[n_labels++] = (uint8_t) label;
    }
  memcpy (recipe->labels, labels, n_labels);
  recipe->n_labels = n_labels;
  return true;
}

#define MIN_HALVINGS 3
#define MAX_HALVINGS 10

/* The number of the other kind stays as it is. */
static bool
parse_generator (const TrpRecipeSetting *setting, TrpRecipe *recipe, const char *text)
{
  int side;

  if (g_str_has_prefix (text, "resnet-") &&
      parse_whole (text + 7, setting->low, setting->high, &recipe->generator_blocks))
    {
      recipe->generator_halvings = 0;
      return true;
    }
  if (!g_str_has_prefix (text, "unet-") ||
      !parse_whole (text + 5, 1 << MIN_HALVINGS, 1 << MAX_HALVINGS, &side) ||
      (side & (side - 1)) != 0)
    return false;
  recipe->generator_halvings = g_bit_nth_msf ((gulong) side, -1);
  return true;
}

static void
replace_text (char **at, const char *text)
{
  g_free (*at);
  *at = g_strdup (text);
}

/* What a network can take and give. */
static bool
parse_curve (const char *text, TrpCurve *out_curve)
{
  TrpCurve curve;

  if (!trp_curve_parse (text, &curve, NULL) || curve.mapped[0] < -1 ||
      curve.mapped[curve.n - 1] > 1)
    return false;
  *out_curve = curve;
  return true;
}

static bool
parse_intensity (const char *text, TrpIntensity *io_intensity)
{
  if (*text && !parse_curve (text, &io_intensity->curve))
    return false;
  io_intensity->kind = *text ? TRP_INTENSITY_CURVE : TRP_INTENSITY_PERCENTILES;
  return true;
}

/* In its own words, so that equal steps are equal text. */
static bool
parse_steps (const char *text, char **at, GError **error)
{
  g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse (text, error);

  if (!pipeline)
    return false;
  g_free (*at);
  *at = trp_pipeline_to_text (pipeline, true);
  return true;
}

static bool
set_value (const TrpRecipeSetting *setting, TrpRecipe *recipe, const char *text)
{
  void *at = (char *) recipe + setting->offset;
  const double low = setting->low, high = setting->high;
  ptrdiff_t choice;

  switch (setting->type)
    {
    case TRP_SETTING_TEXT:
      replace_text (at, text);
      return true;
    case TRP_SETTING_NAME:
      if (find_choice (setting, text) < 0)
        return false;
      replace_text (at, text);
      return true;
    case TRP_SETTING_CHOICE:
      choice = find_choice (setting, text);
      if (choice < 0)
        return false;
      *(int *) at = (int) choice;
      return true;
    case TRP_SETTING_BOOL:
      return parse_bool (text, at);
    case TRP_SETTING_INT:
      return parse_whole (text, low, high, at);
    case TRP_SETTING_SEED:
      return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, at, NULL);
    case TRP_SETTING_DOUBLE:
      return parse_double (text, low, high, at);
    case TRP_SETTING_CURVE:
      return parse_curve (text, at);
    case TRP_SETTING_INTENSITY:
      return parse_intensity (text, at);
    case TRP_SETTING_LABELS:
      return parse_labels (setting, recipe, text);
    case TRP_SETTING_GENERATOR:
      return parse_generator (setting, recipe, text);
    case TRP_SETTING_STEPS:
      return parse_steps (text, at, NULL);
    case TRP_SETTING_LEARNT:
      *(double *) at = NAN;
      return *text == '\0' || parse_double (text, low, high, at);
    }
  g_assert_not_reached ();
}

bool
trp_recipe_setting_set (const TrpRecipeSetting *setting,
                        TrpRecipe *recipe,
                        const char *text,
                        GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *range = NULL;

  if (set_value (setting, recipe, stripped))
    return true;
  if (setting->type == TRP_SETTING_STEPS)
    {
      char *none = NULL;

      if (!parse_steps (stripped, &none, error))
        g_prefix_error (error, "%s.%s: ", setting->group, setting->key);
      return false;
    }
  range = trp_recipe_setting_dup_range (setting);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s.%s = \"%.100s\" is not allowed; it takes %s",
               setting->group, setting->key, stripped, range);
  return false;
}

/* --- values to texts --- */

static char *
labels_text (const TrpRecipe *recipe)
{
  GString *text = g_string_new (NULL);

  for (size_t n = 0; n < recipe->n_labels; n++)
    g_string_append_printf (text, "%s%u", n ? "," : "", (unsigned) recipe->labels[n]);
  return g_string_free (text, FALSE);
}

char *
trp_recipe_setting_get (const TrpRecipeSetting *setting, const TrpRecipe *recipe)
{
  const void *at = (const char *) recipe + setting->offset;
  g_auto (GStrv) choices = NULL;

  switch (setting->type)
    {
    case TRP_SETTING_TEXT:
    case TRP_SETTING_NAME:
    case TRP_SETTING_STEPS:
      return g_strdup (*(char *const *) at);
    case TRP_SETTING_CHOICE:
      choices = g_strsplit (setting->choices, "|", -1);
      return g_strdup (choices[*(const int *) at]);
    case TRP_SETTING_BOOL:
      return g_strdup (*(const bool *) at ? "true" : "false");
    case TRP_SETTING_INT:
      return g_strdup_printf ("%d", *(const int *) at);
    case TRP_SETTING_SEED:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, *(const uint64_t *) at);
    case TRP_SETTING_DOUBLE:
      return trp_number_to_text (*(const double *) at);
    case TRP_SETTING_CURVE:
      return trp_curve_to_text (at);
    case TRP_SETTING_INTENSITY:
      return ((const TrpIntensity *) at)->kind == TRP_INTENSITY_CURVE
               ? trp_curve_to_text (&((const TrpIntensity *) at)->curve)
               : g_strdup ("");
    case TRP_SETTING_LABELS:
      return labels_text (recipe);
    case TRP_SETTING_GENERATOR:
      return recipe->generator_halvings > 0
               ? g_strdup_printf ("unet-%d", 1 << recipe->generator_halvings)
               : g_strdup_printf ("resnet-%d", recipe->generator_blocks);
    case TRP_SETTING_LEARNT:
      return isnan (*(const double *) at) ? g_strdup ("")
                                          : trp_number_to_text (*(const double *) at);
    }
  g_assert_not_reached ();
}

char *
trp_recipe_setting_get_chosen (const TrpRecipeSetting *setting, const TrpRecipe *recipe)
{
  g_autofree char *text = trp_recipe_setting_get (setting, recipe);
  g_autoptr (TrpPipeline)
    pipeline = setting->type == TRP_SETTING_STEPS ? trp_pipeline_parse (text, NULL) : NULL;

  return pipeline ? trp_pipeline_to_text (pipeline, false) : g_steal_pointer (&text);
}

char *
trp_recipe_setting_dup_range (const TrpRecipeSetting *setting)
{
  g_auto (GStrv) choices = NULL;
  g_autofree char *low = trp_number_to_text (setting->low);
  g_autofree char *high = trp_number_to_text (setting->high);

  switch (setting->type)
    {
    case TRP_SETTING_TEXT:
      return g_strdup ("any text");
    case TRP_SETTING_NAME:
    case TRP_SETTING_CHOICE:
      choices = g_strsplit (setting->choices, "|", -1);
      return g_strjoinv (" or ", choices);
    case TRP_SETTING_BOOL:
      return g_strdup ("true or false");
    case TRP_SETTING_INT:
      return g_strdup_printf ("a whole number from %s to %s", low, high);
    case TRP_SETTING_SEED:
      return g_strdup ("a whole number from 0 to 18446744073709551615");
    case TRP_SETTING_DOUBLE:
      return g_strdup_printf ("a number from %s to %s", low, high);
    case TRP_SETTING_CURVE:
      return g_strdup ("2 to 8 points HU:value, both rising, values -1 to 1, with commas between");
    case TRP_SETTING_INTENSITY:
      return g_strdup ("nothing, or 2 to 8 points MR:value, both rising, values -1 to 1, with "
                       "commas between");
    case TRP_SETTING_LABELS:
      return g_strdup ("up to 32 different whole numbers from 1 to 255 with commas between");
    case TRP_SETTING_GENERATOR:
      return g_strdup ("resnet-1 to resnet-32, or unet-8, unet-16, ... unet-1024");
    case TRP_SETTING_STEPS:
      return g_strdup ("steps with semicolons between");
    case TRP_SETTING_LEARNT:
      return g_strdup_printf ("a number from %s to %s, or nothing: found on the training set", low,
                              high);
    }
  g_assert_not_reached ();
}
