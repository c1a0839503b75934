/* Plays tic-tac-toe with one client after another on port 5000, for ever: a line comes in, a line goes out. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_FILE 5                /* clients that may wait while one is playing */
#define LG_LIGNE 64              /* the longest line, its '\n' included */
#define NB_CASES 9

/* What has come from the client and was not used yet: a read may bring half a line, or three of them. */
struct dialogue {
    int descripteur;
    char tampon[LG_LIGNE];
    size_t rempli;
};

struct partie {
    char grille[NB_CASES + 1]; /* 'X' the client, 'O' the server, '.' free; a string */
    int finie;
};

static int ouvrirSocketEcoute(void)
{
    int socketEcoute = socket(PF_INET, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }
    int oui = 1;
    if (setsockopt(socketEcoute, SOL_SOCKET, SO_REUSEADDR, &oui, sizeof(oui)) == -1)
        perror("setsockopt");

    struct sockaddr_in pointDeRencontreLocal = {
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(socketEcoute, (struct sockaddr *)&pointDeRencontreLocal, sizeof(pointDeRencontreLocal)) == -1) {
        perror("bind");
        close(socketEcoute);
        return -1;
    }
    if (listen(socketEcoute, LG_FILE) == -1) {
        perror("listen");
        close(socketEcoute);
        return -1;
    }
    return socketEcoute;
}

/* --- lines --- */

/*
 * The next line, without its '\n': 1. At the end of file, or when the line is too long to be one: 0. On an error: -1.
 * What follows the line stays in the buffer, for the next call.
 */
static int lireLigne(struct dialogue *dialogue, char ligne[LG_LIGNE])
{
    for (;;) {
        char *fin = memchr(dialogue->tampon, '\n', dialogue->rempli);
        if (fin != NULL) {
            size_t longueur = (size_t)(fin - dialogue->tampon);
            memcpy(ligne, dialogue->tampon, longueur);
            ligne[longueur] = '\0';
            dialogue->rempli -= longueur + 1;
            memmove(dialogue->tampon, fin + 1, dialogue->rempli);
            return 1;
        }
        if (dialogue->rempli == sizeof(dialogue->tampon))
            return 0;
        ssize_t lus = recv(dialogue->descripteur, dialogue->tampon + dialogue->rempli,
                           sizeof(dialogue->tampon) - dialogue->rempli, 0);
        if (lus == 0)
            return 0;
        if (lus > 0) {
            dialogue->rempli += (size_t)lus;
        } else if (errno != EINTR) {
            perror("recv");
            return -1;
        }
    }
}

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a client that has gone must not end the server. */
static int envoyer(const struct dialogue *dialogue, const char *message)
{
    size_t taille = strlen(message), envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(dialogue->descripteur, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0) {
            envoyes += (size_t)ecrits;
        } else if (errno != EINTR) {
            perror("send");
            return -1;
        }
    }
    return 0;
}

/* --- the game --- */

static void commencer(struct partie *partie)
{
    strcpy(partie->grille, ".........");
    partie->finie = 0;
}

static int aGagne(const struct partie *partie, char signe)
{
    static const int lignes[][3] = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {0, 4, 8}, {2, 4, 6}};
    for (size_t i = 0; i < sizeof(lignes) / sizeof(lignes[0]); i++)
        if (partie->grille[lignes[i][0]] == signe && partie->grille[lignes[i][1]] == signe &&
            partie->grille[lignes[i][2]] == signe)
            return 1;
    return 0;
}

/* The client takes this cell, then the server takes the first free one. What there is to answer goes into REPONSE. */
static void jouer(struct partie *partie, int numero, char reponse[LG_LIGNE])
{
    if (partie->finie) {
        strcpy(reponse, "TERMINE\n");
        return;
    }
    if (numero < 1 || numero > NB_CASES || partie->grille[numero - 1] != '.') {
        strcpy(reponse, "ILLEGAL\n");
        return;
    }
    partie->grille[numero - 1] = 'X';
    partie->finie = aGagne(partie, 'X') || strchr(partie->grille, '.') == NULL;
    if (partie->finie) {
        strcpy(reponse, aGagne(partie, 'X') ? "GAGNE\n" : "NUL\n");
        return;
    }
    char *libre = strchr(partie->grille, '.');
    *libre = 'O';
    partie->finie = aGagne(partie, 'O');
    sprintf(reponse, "%s %d\n", partie->finie ? "PERDU" : "COUP", (int)(libre - partie->grille) + 1);
}

static void repondre(struct partie *partie, const char *ligne, char reponse[LG_LIGNE])
{
    int numero, suite = 0;
    if (sscanf(ligne, "JOUER %9d%n", &numero, &suite) == 1 && ligne[suite] == '\0') {
        jouer(partie, numero, reponse);
    } else if (strcmp(ligne, "GRILLE") == 0) {
        sprintf(reponse, "GRILLE %s\n", partie->grille);
    } else if (strcmp(ligne, "NOUVELLE") == 0) {
        commencer(partie);
        strcpy(reponse, "PRET\n");
    } else {
        strcpy(reponse, "INCONNU\n");
    }
}

/* Each client begins with a board and a buffer of its own: nothing is left of the one before. */
static void dialoguer(int socketDialogue)
{
    struct dialogue dialogue = {.descripteur = socketDialogue};
    struct partie partie;
    char ligne[LG_LIGNE], reponse[LG_LIGNE];
    commencer(&partie);
    while (lireLigne(&dialogue, ligne) == 1) {
        repondre(&partie, ligne, reponse);
        if (envoyer(&dialogue, reponse) == -1)
            break;
        printf("%s : %s", ligne, reponse);
    }
}

int main(void)
{
    int socketEcoute = ouvrirSocketEcoute();
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute sur le port %d\n", PORT);

    for (;;) {
        int socketDialogue = accept(socketEcoute, NULL, NULL);
        if (socketDialogue >= 0) {
            dialoguer(socketDialogue);
            close(socketDialogue);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            close(socketEcoute);
            return EXIT_FAILURE;
        }
    }
}
