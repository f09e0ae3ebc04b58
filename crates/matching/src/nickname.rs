//! Given names and the short or familiar forms in use for them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One group a line; a form may stand in several groups. Folded spelling.
const GROUPS: &str = "
abigail abby gail
adam ad ade
adrian ade
agnes aggie nessie
alan al allan allen alain
abraham abe bram
adelaide adele addie heidi
albert al bert bertie
alexander alex al sandy xander sasha alec aleks alexandre alejandro alessandro
alexandra alex sandra sasha lexi sandy alexa
alfred al fred alf freddie
alice ali allie
amanda mandy
amelia amy millie emily
amos moses
andrew andy drew andreas andre andrzej andrei andres
angela angie angel
ann anne anna annie annette nancy nan hannah ana anya
anthony tony ant antoine antonio anton toni
antonia toni
arthur art artie
barbara barb babs barbie bobbie
benjamin ben benny benji
bradley brad
brandon brand
beatrice bea trixie
beverly bev
bernard bernie barney
catherine katherine kathryn cathy kathy kate katie kat kay kitty catherina katarina ekaterina katja cathleen kathleen
calvin cal vin
carol carrie caroline carolyn lynn
cassandra cass cassie sandra sandy
cecilia cecily celia cece
charles charlie chuck chas charley carl carlos karl carlo
charlotte lottie charlie lotte lotta
christian chris christiaan kristian
christina christine chris chrissy tina kristina kristin kirsten kristine christy kristy
christopher chris kit topher christophe cristobal christoph kristof
clara claire clare
clifford cliff
cornelius neil corny cornelis
cynthia cindy
daniel dan danny daniele
danielle dani danny
david dave davey davy
deborah debra deb debbie debby debora
dennis denny denis
dolores lola
dominic dom nick dominik dominique
donald don donnie donny
dorothy dot dottie dolly dora
douglas doug
edith edie
edmund ed eddie ned
edward ed eddie ned ted teddy eduardo edouard eduard
edwin ed eddie
eleanor elinor nell ellie nora lenore eleonore
elizabeth liz beth betty lizzie eliza betsy bess lisa elsie libby elisabeth isabel elise lise elsa isabella bettina
emily em emmy
emma em emmy
emmanuel manny manuel emanuel manu
elaine lainie helen
ellen nell nellie helen
ernest ernie
estelle stella essie
esther essie hester
eugene gene
evelyn eve evie
florence flo flossie
frances fran fanny frankie francesca francoise
francis frank fran franz francois francisco francesco frankie paco pancho
franklin frank
frederick fred freddie freddy friedrich frederic federico fritz rick
gabriel gabe
gabriella gabrielle gabby gaby
george georgie jorge georges georg jurgen giorgio
gerald gerry jerry gerard gerhard
gertrude trudy gert
gregory greg gregor
guillermo memo
harold harry hal
harriet hattie
helen nell nellie ellen helena helene elena
henry hank harry hal henri heinrich enrique hendrik
herbert herb bert
howard howie
hugh hugo hughie
irene rene
isabelle isabel bella belle
isaac ike
jackson jack
jacob jake jack jakob
jacqueline jackie
james jim jimmy jamie jem
jane janie jan jenny jennie jean janet joan
janet jan jenny
jeffrey jeff geoffrey geoff
jennifer jen jenny jennie jenn
jeremy jerry jeremiah
jessica jess jessie
joan joanie jo joanna johanna
john jack johnny jon johan johann jean juan ivan giovanni joao jan hans
jonathan jon jonny nathan
joseph joe joey jo jose giuseppe josef pepe
josephine jo josie
joshua josh
judith judy judi
julia julie jules juliana
katrina trina
kenneth ken kenny
katelyn kaitlyn kate katie caitlin
leroy roy lee
lois lo
loretta etta lottie retta
lucas luke luca lukas
lynn linda lyn
kimberly kim
lawrence larry laurence lorenzo laurent lars lorenz
leonard leo len lenny lee
leslie les
lewis louis lewie lou louie luis ludwig luigi
lillian lily lil lilly
linda lyn lindy
louise lou luisa louisa
lucille lucy
lucy lucie lucia
madeline maddie madeleine magdalena lena
manuel manny
marcus mark marc marco marcos markus
margaret maggie meg peggy peg marge margie rita greta daisy marguerite margarita margarethe madge megan
maria marie mary mia miriam mariam
martha marty patty
martin marty
mary molly polly mae mamie
matilda tilly mattie
matthew matt matty mathieu mateo matthias matteo
maurice moe morris moritz
maximilian max
melissa mel missy lissa
michael mike mick mickey mikey michel miguel mikhail michele misha mitch
michelle shelly shelley micky
mildred millie milly
mitchell mitch
mohammed muhammad mohamed mohammad mohamad mehmet muhammed
monica monika
nancy nan
nathan nate nat
natalie nat natalia natasha nathalie
nathaniel nathan nate nat
nicholas nick nicky nico klaus nicolas nikolai niklas nikolaus nicola
nicole nikki nicky
norman norm
oliver ollie
olivia liv livvy
pamela pam
patricia pat patty trish tricia patti
patrick pat paddy rick
paul pablo paolo pavel pawel
penelope penny
peter pete pierre pedro petr piotr pieter pietro
philip phil phillip philippe felipe
phyllis phyl
priscilla cilla
rachel rae shelly
raymond ray
rebecca becky becca reba
reginald reg reggie
richard dick rick ricky rich richie ricardo riccardo
robert bob bobby rob robbie bert roberto robin rupert
roberta bobbie robbie
roderick rod rick
roger rog
roland rollo rolando
ronald ron ronnie ronny
rosemary rose rosie
rudolph rudy rolf rudolf
russell russ
samantha sam sammy
samuel sam sammy
sabrina brina
salvatore sal sally
sheldon shelly
shirley sherry lee
sandra sandy
sarah sally sadie sara
sebastian seb bastian
sharon shari
sophia sophie sofia
stanley stan
stephanie steph stevie
stephen steven steve stevie stefan etienne esteban stephan
susan sue susie suzie suzanne suzy susanna susannah susana
sylvester sly
sylvia silvia
teresa theresa terry tess tessa therese
terence terry terrance
theodore ted teddy theo fyodor teodoro
thomas tom tommy tomas tommaso
timothy tim timmy
valerie val
vanessa nessa
victor vic viktor vittorio
victoria vicky vicki tori
vincent vince vinny vicente vincenzo
virginia ginny ginger jennie jenny
walter walt wally
wallace wally
wesley wes
wendy wen
wilhelm willi will
wilhelmina mina minnie willa
william bill billy will willy willie liam guillaume guillermo wilhelm willem
winifred winnie freda
winston win
yusuf youssef yousef joseph
yolanda yoli
zachary zach zack
";

static TABLE: LazyLock<HashMap<&'static str, Vec<u16>>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, Vec<u16>> = HashMap::new();
    for (group, line) in GROUPS.lines().enumerate() {
        for name in line.split(' ').filter(|name| !name.is_empty()) {
            table.entry(name).or_default().push(group as u16);
        }
    }
    table
});

/// Returns the groups that a folded given name belongs to; two names with a group in common may be one name.
pub fn groups(name: &str) -> &'static [u16] {
    TABLE.get(name).map_or(&[], Vec::as_slice)
}

/// Says whether two folded given names are forms of one.
pub fn alike(left: &str, right: &str) -> bool {
    let right = groups(right);
    groups(left).iter().any(|group| right.contains(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_name() {
        assert!(alike("william", "bill"));
        assert!(alike("peggy", "margaret"));
        assert!(alike("juan", "john"));
        assert!(!alike("william", "john"));
        assert!(!alike("nobody", "nobody"), "a name that is not in the table has no forms");
    }
}
