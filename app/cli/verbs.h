/* verbs.h - the list of verbs, in the order of the help; VERB(name) is defined by whoever includes
 * this
 *
 * SPDX-License-Identifier: Apache-2.0
 */

VERB (info)
VERB (convert)
VERB (phantom)
VERB (recipes)
VERB (metrics)
VERB (consensus)
VERB (similarity)
VERB (render)
VERB (train)
VERB (preprocess)
VERB (augment)
VERB (synthesize)
VERB (segment)
VERB (evaluate)
VERB (experiment)
VERB (bench)
VERB (model)
